export interface GraphiqlStart {
  /** Handed to the editor as they are. */
  options: object;
  /** Source of the editor's workers, by the label it asks for them. */
  workers: Record<string, string>;
  /** What the editor opens with when this browser has not seen it before. */
  firstTab: { query: string; variables: string } | undefined;
}

const START = /* JavaScript */ `({ options, workers, firstTab }) => {
  const urls = Object.entries(workers).map(([label, source]) => [
    label,
    URL.createObjectURL(new Blob([source], { type: "text/javascript" })),
  ]);
  const workerUrls = Object.fromEntries(urls);
  self.MonacoEnvironment = { getWorkerUrl: (_module, label) => workerUrls[label] };

  // Other projects' GraphiQL may have been at this address before: their tabs and headers are not ours.
  const prefix = "waypath:";
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  const storage = {
    getItem: (name) => localStorage.getItem(prefix + name),
    setItem: (name, value) => localStorage.setItem(prefix + name, value),
    removeItem: (name) => localStorage.removeItem(prefix + name),
    clear: () => names().forEach((name) => localStorage.removeItem(name)),
    get length() {
      return names().length;
    },
  };

  // The editor takes the open tab's texts from here. Without them the first tab has no variables, and a reload adds a tab.
  if (storage.getItem("graphiql:tabState") === null) {
    storage.setItem("graphiql:query", firstTab.query);
    storage.setItem("graphiql:variables", firstTab.variables);
  }
  YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), { ...options, storage });
}`;

/** The script that starts the editor in the browser, once the editor's own has run. */
export function graphiqlStartScript(start: GraphiqlStart): string {
  // No text inside, a token's included, may end the script element.
  const data = JSON.stringify(start).replaceAll("<", "\\u003c");
  return `(${START})(${data});`;
}

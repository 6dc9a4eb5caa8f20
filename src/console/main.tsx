import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./shell/app";
import { Stumble } from "./shell/stumble";
import { applyTheme } from "./shell/theme";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/settings.css";
import "./styles/chat.css";
import "./styles/reports.css";

applyTheme();
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the console");
createRoot(root).render(
  <StrictMode>
    <Stumble>
      <App />
    </Stumble>
  </StrictMode>,
);

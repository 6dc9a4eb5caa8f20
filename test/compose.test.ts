// The files for containers say what the code says: the names of the environment, what production refuses, and where things are.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";

import { CLOSING_SECONDS } from "../src/close-in-order";
import { ConfigError, ENVIRONMENT_NAMES, loadConfig } from "../src/config";

const PROJECT = resolve(__dirname, "..");
const read = (name: string) => readFileSync(join(PROJECT, name), "utf8");

interface Service {
  build?: string;
  image: string;
  environment: Record<string, string | number | null>;
  ports?: string[];
  volumes: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  stop_grace_period: string;
}

const text = read("docker-compose.yml");
const compose: { services: Record<string, Service>; volumes: object; configs: Record<string, { content: string }> } =
  parse(text);
const { services } = compose;
const servers = Object.values(services).filter(({ build }) => build !== undefined);

/** As Compose fills in `${NAME:-default}`; a name without a value is left out unless the environment has it. */
function environmentOf(service: Service | undefined, given: Record<string, string>): Record<string, string> {
  const filled = Object.entries(service?.environment ?? {}).map(([name, value]) => [
    name,
    value === null
      ? given[name]
      : `${value}`.replace(/\$\{(\w+):-(.*?)\}/g, (_, variable, otherwise) => given[variable] || otherwise),
  ]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

describe("docker-compose.yml", () => {
  test("has two servers that are the same, a Postgres, a Redis, and one address", () => {
    expect(Object.keys(services).sort()).toEqual(["balancer", "postgres", "redis", "server-1", "server-2"]);
    expect(servers).toHaveLength(2);
    expect(services["server-1"]).toEqual(services["server-2"]);
    expect(Object.entries(services).flatMap(([name, { ports }]) => (ports ?? []).map((port) => [name, port]))).toEqual([
      ["balancer", "4000:4000"],
      ["postgres", "127.0.0.1:5432:5432"],
    ]);
  });

  test("gives servers only what is read, and no secret that is written in it", () => {
    for (const { environment } of servers) {
      expect(Object.keys(environment).filter((name) => !ENVIRONMENT_NAMES.includes(name))).toEqual([]);
      const secrets = Object.entries(environment).filter(([name]) => /KEY|SECRET|JWKS/.test(name));
      expect(secrets.length).toBeGreaterThan(5);
      expect(secrets.filter(([, value]) => value !== null)).toEqual([]);
    }
  });

  test("passes on all of what belongs together: half of it would send prompts elsewhere, or take anybody's tokens", () => {
    const given = Object.keys(services["server-1"]?.environment ?? {});
    const together = ENVIRONMENT_NAMES.filter((name) => /^(AUTH|STRIPE|LANGFUSE)_/.test(name));
    expect(given).toEqual(expect.arrayContaining(together));
  });

  test("is production unless it is told otherwise, and then starts without nothing", () => {
    const given = environmentOf(services["server-1"], {});
    expect(given.NODE_ENV).toBe("production");
    const problems = (environment: Record<string, string>) => {
      try {
        loadConfig(environmentOf(services["server-1"], environment));
        return [];
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return error.message.split("\n").map((line) => line.split(" ")[0]);
      }
    };
    expect(problems({}).sort()).toEqual([
      "ANTHROPIC_API_KEY",
      "AUTH_JWT_SECRET",
      "DATABASE_URL",
      "KEY_ENCRYPTION_KEYS",
    ]);
    expect(
      problems({
        POSTGRES_PASSWORD: "of-ones-own",
        AUTH_JWT_SECRET: "0123456789abcdef0123456789abcdef",
        KEY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
        ANTHROPIC_API_KEY: "sk-ant-api03-of-ones-own",
      }),
    ).toEqual([]);
  });

  test("starts each thing when what it needs is well, and asks every one whether it is", () => {
    const dockerfile = read("Dockerfile");
    for (const [name, { build, healthcheck, depends_on: needs = {} }] of Object.entries(services)) {
      if (build === undefined) expect([name, healthcheck?.test.length]).toEqual([name, expect.any(Number)]);
      else expect(dockerfile).toMatch(/^HEALTHCHECK /m);
      expect(Object.values(needs).map(({ condition }) => condition)).toEqual(
        Object.keys(needs).map(() => "service_healthy"),
      );
    }
    expect(Object.keys(services["server-1"]?.depends_on ?? {})).toEqual(["postgres", "redis"]);
    expect(Object.keys(services.balancer?.depends_on ?? {})).toEqual(["server-1", "server-2"]);
  });

  test("leaves turns the time that they are given to end, and more", () => {
    const { SHUTDOWN_GRACE_SECONDS } = environmentOf(services["server-1"], {});
    const stopSeconds = Number(/^(\d+)s$/.exec(services["server-1"]?.stop_grace_period ?? "")?.[1]);
    expect(stopSeconds).toBeGreaterThanOrEqual(Number(SHUTDOWN_GRACE_SECONDS) + CLOSING_SECONDS);
  });

  test("sends the balancer's requests to both servers, as long as they are ready, at the port that they listen on", () => {
    const { content } = compose.configs.balancer ?? { content: "" };
    expect(content).toContain("option httpchk GET /readyz");
    // Otherwise several events are held back until they fill a packet.
    expect(content).toContain("option http-no-delay");
    const { PORT } = environmentOf(services["server-1"], {});
    const targets = [...content.matchAll(/^ +server \w+ ([\w-]+):(\d+)$/gm)].map(([, host, port]) => [host, port]);
    expect(targets).toEqual([
      ["server-1", PORT],
      ["server-2", PORT],
    ]);
  });
});

describe("the balancer of docker-compose.yml", () => {
  const content = compose.configs.balancer?.content ?? "";
  const sections = new Map(
    content
      .split(/^(?=\w)/m)
      .map((section) => [section.split("\n")[0], section.split("\n").map((line) => line.trim())]),
  );

  test("passes on none of the addresses that ask for no token", () => {
    const rows =
      read("docs/operations.md").match(/(?<=## Health\n)[\s\S]*?None of the three asks for a token/)?.[0] ?? "";
    const open = [...rows.matchAll(/^\| `(\/\w+)` \|/gm)].map(([, address]) => address);
    expect(open).toEqual(["/healthz", "/readyz", "/metrics"]);
    // By their beginnings, however they are written: the servers take capitals and a slash at the end for the same.
    const deny = `http-request deny deny_status 404 if { path,url_dec -m beg -i ${open.join(" ")} }`;
    expect(sections.get("frontend waypath")).toContain(deny);
  });

  test("says how it is itself where nobody else asks: whether a server is ready", () => {
    const [, host, port] = /http:\/\/([\d.]+):(\d+)\//.exec(services.balancer?.healthcheck?.test.at(-1) ?? "") ?? [];
    expect(host).toBe("127.0.0.1");
    expect(services.balancer?.ports).toEqual([expect.not.stringContaining(`${port}`)]);
    expect(sections.get("frontend health")).toEqual(
      expect.arrayContaining([`bind 127.0.0.1:${port}`, "monitor-uri /", "monitor fail if { nbsrv(servers) lt 1 }"]),
    );
  });
});

describe("Dockerfile", () => {
  const stages = read("Dockerfile")
    .split(/^FROM /m)
    .slice(1);
  const last = stages.at(-1) ?? "";

  test("builds in stages, and the last one has production's packages alone and runs as nobody special", () => {
    expect(stages.length).toBeGreaterThan(1);
    expect(stages.filter((stage) => /npm install --omit=dev/.test(stage))).toHaveLength(1);
    expect(last).not.toMatch(/npm |COPY (?!--from)(?!package\.json buddies\.yaml)/);
    expect(last).toMatch(/^USER node$/m);
    expect(last.indexOf("USER node")).toBeLessThan(last.indexOf('CMD ["node", "dist/src/main.js"]'));
  });

  test("sets only what is read, and copies only what is let into the build", () => {
    const set = [...(/^ENV (.+)$/m.exec(last)?.[1]?.matchAll(/(\w+)=/g) ?? [])].map(([, name]) => name);
    expect(set.filter((name) => !ENVIRONMENT_NAMES.includes(`${name}`))).toEqual([]);
    const allowed = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1).replace("*", ""));
    const copied = [...read("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = ""]) =>
      names.split(" "),
    );
    expect(
      copied.filter((name) => !allowed.some((start) => name.startsWith(start) || name === "tsconfig.build.json")),
    ).toEqual([]);
  });
});

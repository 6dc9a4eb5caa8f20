import { afterAll, afterEach, describe, expect, jest, test } from "@jest/globals";
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";

import { createDataSource } from "../../src/database/data-source";
import { DatabaseLine } from "../../src/database/database-line";
import { isDatabaseAway } from "../../src/database/is-database-away";
import { createTestDatabase } from "../support/database";
import { startPostgresProxy } from "../support/postgres-proxy";

const database = createTestDatabase();
afterAll(async () => (await database).drop());
afterEach(() => {
  jest.useRealTimers();
});

test("a connection that ends just as it is handed over does not end the process", async () => {
  const dataSource = await createDataSource({ url: (await database).url, entities: [] }).initialize();
  const { master } = dataSource.driver as PostgresDriver;
  const client = await master.connect();
  // Nobody but the pool's taker has it now, and they have not had time to listen.
  expect(() => client.emit("error", new Error("terminating connection due to administrator command"))).not.toThrow();
  client.release(true);
  expect(await dataSource.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await dataSource.destroy();
});

test("a connection that nobody has used for minutes is lent again, and one for longer is closed", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask", "performance", "Date"] });
  const dataSource = await createDataSource({ url: (await database).url, entities: [] }).initialize();
  const backend = async () => {
    const [{ pid }]: [{ pid: number }] = await dataSource.query("SELECT pg_backend_pid() AS pid");
    return pid;
  };
  const first = await backend();
  jest.advanceTimersByTime(240_000);
  expect(await backend()).toBe(first);
  jest.advanceTimersByTime(360_000);
  expect(await backend()).not.toBe(first);
  await dataSource.destroy();
});

describe("connections that fall silent", () => {
  /** Two data sources with four connections each, all idle, through a proxy. */
  const open = async () => {
    const proxy = await startPostgresProxy();
    const line = new DatabaseLine();
    const url = proxy.through((await database).url);
    const openOne = (statementTimeoutMs: number) =>
      createDataSource({ url, entities: [], statementTimeoutMs, line }).initialize();
    const [quick, patient] = [await openOne(300), await openOne(60_000)];
    for (const dataSource of [quick, patient]) {
      await Promise.all([1, 2, 3, 4].map(() => dataSource.query("SELECT pg_sleep(0.1)")));
    }
    return {
      proxy,
      line,
      quick,
      patient,
      async close() {
        await Promise.all([quick.destroy(), patient.destroy()]);
        proxy.close();
      },
    };
  };

  test("are given up, all of them, once one has not answered in time", async () => {
    const { proxy, quick, patient, close } = await open();
    proxy.fallSilent();
    expect(proxy.silent()).toBe(8);
    const underWay = patient.query("SELECT 1").catch((error: unknown) => error);
    const failures = [await quick.query("SELECT 1").catch((error: unknown) => error), await underWay];
    expect(failures.map((failure) => isDatabaseAway(failure))).toEqual([true, true]);
    for (const dataSource of [quick, patient]) {
      expect(await dataSource.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    }
    expect(proxy.silent()).toBe(0);
    await close();
  });

  test("are told from those that this process is late to hear", async () => {
    // Not through a proxy: it would be held up as well.
    const { url } = await database;
    const dataSource = await createDataSource({ url, entities: [], statementTimeoutMs: 300 }).initialize();
    const answer = dataSource.query("SELECT 1 AS one");
    // Until it has been sent, and then for longer than an answer may take.
    await new Promise(setImmediate);
    for (const until = performance.now() + 1_500; performance.now() < until; );
    expect(await answer).toEqual([{ one: 1 }]);
    await dataSource.destroy();
  });

  test("are told from those whose statement takes too long, which Postgres says", async () => {
    const { quick, close } = await open();
    const runner = quick.createQueryRunner();
    await expect(runner.query("SELECT pg_sleep(5)")).rejects.toMatchObject({ code: "57014" });
    expect(await runner.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await runner.release();
    await close();
  });

  test("hold nobody up once the line is cut", async () => {
    const { proxy, line, patient, close } = await open();
    proxy.fallSilent(true);
    const underWay = patient.query("SELECT 1").catch((error: unknown) => error);
    await new Promise(setImmediate);
    line.cut();
    expect(isDatabaseAway(await underWay)).toBe(true);
    expect(isDatabaseAway(await patient.query("SELECT 1").catch((error: unknown) => error))).toBe(true);
    await close();
  });
});

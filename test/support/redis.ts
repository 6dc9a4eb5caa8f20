/** The run's Redis, which all tests share. One that is to be killed is started by who kills it. */
export function redisUrl(): string {
  const url = process.env.TEST_REDIS_SERVER;
  if (url === undefined) throw new Error("the global setup has not started a Redis");
  return url;
}

// In the place of what starts and stops Postgres and Redis, for tests that need neither.
module.exports = async () => undefined;

/*
 * Loads the package that it is told to, and prints what that cost. Needs built packages: it runs
 * without the condition under which the project runs its sources.
 */
const [name = ""] = process.argv.slice(2);
const before = process.cpuUsage();
await import(name);
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ cpuMicro: user + system }));

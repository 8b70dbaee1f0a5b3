/*
 * One measurement in a process of its own: `import-process.ts MODULE [start]` loads the module,
 * starts it if it is told to and does not start by itself, and prints the CPU that this took. Needs
 * the built package: it runs without the condition under which the project runs its sources.
 */
const [name = "", order = ""] = process.argv.slice(2);
const before = process.cpuUsage();
// A module of which only the official SDK has something to start.
const { NodeSDK } = (await import(name)) as {
  readonly NodeSDK?: new () => { start(): void };
};
if (order === "start" && NodeSDK !== undefined) new NodeSDK().start();
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ cpuMicro: user + system }), () => process.exit(0));

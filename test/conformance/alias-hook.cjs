// Loaded before the tests of another SDK: what they import from their own `src` comes from here.
// CommonJS, since mocha and the tests are; it gets its tables as JSON from conformance.ts.
const Module = require("node:module");
const path = require("node:path");

/** @type {{suiteRoot: string, projectRoot: string, toolsRoot: string, aliases: Record<string, string>}} */
const settings = JSON.parse(process.env.SPOOR_CONFORMANCE ?? "{}");
const fromProject = Module.createRequire(path.join(settings.projectRoot, "package.json"));
const fromTools = Module.createRequire(path.join(settings.toolsRoot, "package.json"));
const original = Module._resolveFilename;

Module._resolveFilename = function resolve(request, parent, ...rest) {
  const importer = parent?.filename ?? "";
  if (!importer.startsWith(settings.suiteRoot))
    return original.call(this, request, parent, ...rest);
  if (request.startsWith(".")) {
    const target = path
      .resolve(path.dirname(importer), request)
      .slice(settings.suiteRoot.length + 1);
    const shim = settings.aliases[target] ?? settings.aliases[target.replace(/\/src\/.*$/, "/src")];
    return shim ?? original.call(this, request, parent, ...rest);
  }
  if (settings.aliases[request] !== undefined) return settings.aliases[request];
  if (request.startsWith("@opentelemetry/")) return fromProject.resolve(request);
  if (/^(sinon|mocha)$/.test(request)) return fromTools.resolve(request);
  return original.call(this, request, parent, ...rest);
};

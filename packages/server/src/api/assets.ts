import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { Readable } from "node:stream";
import type { Context } from "hono";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Only our own files may run: a span name that reached the page as markup stays inert. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const NOT_BUILT = `<!doctype html><title>Spoor</title><p>The page has not been built.
Run <code>node tools/build-ui.ts</code> in the checkout, then reload.`;

/**
 * Answers with a built file of the page; every other path gets index.html, because the page itself
 * knows its addresses. Files with a hash in their name may be kept by the browser for ever.
 */
export async function answerAsset(context: Context, filesPath: string): Promise<Response> {
  const asked = decodedPath(context.req.path);
  const path = normalize(join(filesPath, asked));
  if (asked === "" || !(path + sep).startsWith(filesPath + sep)) return index(context, filesPath);
  const stats = await fileStats(path);
  if (stats === undefined) {
    return asked.startsWith("/assets/") ? context.notFound() : index(context, filesPath);
  }
  const isHashed = asked.startsWith("/assets/");
  return file(context, path, isHashed ? "public, max-age=31536000, immutable" : "no-cache");
}

async function index(context: Context, filesPath: string): Promise<Response> {
  const path = join(filesPath, "index.html");
  if ((await fileStats(path)) !== undefined) return file(context, path, "no-cache");
  return context.html(NOT_BUILT, 503);
}

function file(context: Context, path: string, cacheControl: string): Response {
  const headers = {
    "cache-control": cacheControl,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "content-type": CONTENT_TYPES[extname(path)] ?? "application/octet-stream",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  if (context.req.method === "HEAD") return context.body(null, 200, headers);
  // Node's web stream and the DOM's are the same thing under two type names.
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  return context.body(body, 200, headers);
}

/** The path without its escapes; empty when they are broken or hide a NUL byte. */
function decodedPath(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") ? "" : decoded;
  } catch {
    // A stray percent sign: not the path of any file.
    return "";
  }
}

async function fileStats(path: string): Promise<Stats | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats : undefined;
  } catch {
    // Not there: the caller answers with the page instead.
    return undefined;
  }
}

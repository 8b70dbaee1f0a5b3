import react from "@vitejs/plugin-react";
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  base: "/",
  plugins: [react()],
  resolve: {
    conditions: ["@spoor/source"],
    alias: { "node:buffer": new URL("./src/data/is-utf8.ts", import.meta.url).pathname },
  },
  build: {
    outDir: "dist",
    // The first versions with light-dark(), from which the themes are made, and with set algebra.
    target: ["chrome123", "firefox127", "safari17.5"],
    // A file's size is its cost; inlined files are paid again on every visit.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": "http://127.0.0.1:4319" },
  },
});

export default config;

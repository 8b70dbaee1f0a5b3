/** The command line as functions, for programs that draw traces themselves. */
export { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from "./terminal/glyphs.ts";
export { choosePalette, COLORED, type Palette, PLAIN } from "./terminal/palette.ts";
export { drawTrace } from "./terminal/span-tree.ts";
export { type TreeView } from "./terminal/tree-view.ts";

/** Every error code of the page and what it means. Registered once, never reused. */
export const UI_ERROR_CODES = {
  SPOOR_UI_UNREACHABLE: "the server that sent this page does not answer any more",
  SPOOR_UI_UNEXPLAINED: "the server answered with an error and no reason that the page can read",
  SPOOR_UI_ANSWER_UNREADABLE: "something answered in the place of the server, such as a proxy",
  SPOOR_UI_ANSWER_CUT_OFF: "the answer of the server ended before its end",
  SPOOR_UI_TRACE_TOO_LARGE: "the server does not give all of this trace at once",
  SPOOR_UI_FILE_UNREADABLE: "a file that was dropped on the page holds no trace that it can read",
  SPOOR_UI_UNEXPECTED: "an error inside the page",
} as const;

/** A registered error code of the page. */
export type UiErrorCode = keyof typeof UI_ERROR_CODES;

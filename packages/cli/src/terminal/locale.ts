/**
 * Whether the locale can show more than ASCII. POSIX: LC_ALL, else LC_CTYPE, else LANG. Without
 * any of them, as in most containers, the terminal is UTF-8 in practice; so it is for a locale
 * that names no character set, except C and POSIX, which are ASCII by definition.
 */
export function isUnicodeLocale(
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { LC_ALL: all, LC_CTYPE: characters, LANG: language } = environment;
  const locale = [all, characters, language].find((name) => name !== undefined && name !== "");
  if (locale === undefined) return true;
  if (locale === "C" || locale === "POSIX") return false;
  const charset = /\.([^@]*)/.exec(locale)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

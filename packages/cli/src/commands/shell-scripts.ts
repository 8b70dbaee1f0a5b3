/* What makes shells ask `spoor completion` at each press of the tabulator. */

/** Shells for which there is a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell for which there is a script. */
export type Shell = (typeof SHELLS)[number];

/** Whether there is a script for a shell of this name. */
export function isShell(name: string): name is Shell {
  return SHELLS.some((shell) => shell === name);
}

/** The script of a shell. */
export function shellScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_spoor() {
  local line="\${COMP_LINE:0:COMP_POINT}" word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(spoor completion bash --line "$line" 2>/dev/null)
  case "\${COMPREPLY[*]}" in
    *[:=]) compopt -o nospace ;;
  esac
}
complete -o default -F _spoor spoor
`,
  zsh: `#compdef spoor
_spoor() {
  local -a words_of_spoor
  words_of_spoor=("\${(@f)$(spoor completion zsh --line "\${LBUFFER}" 2>/dev/null)}")
  [[ -n "\${words_of_spoor[*]}" ]] && compadd -Q -S '' -- "\${words_of_spoor[@]}"
}
if [ "$funcstack[1]" = "_spoor" ]; then _spoor "$@"; else compdef _spoor spoor; fi
`,
  fish: `complete -c spoor -f -a '(spoor completion fish --line (commandline -cp) 2>/dev/null)'
`,
};

/** What {@link Toggle} takes. */
export interface ToggleProps {
  readonly text: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** A button that stays pressed. */
export function Toggle({ text, isOn, onChange }: ToggleProps) {
  return (
    <button type="button" className="button" aria-pressed={isOn} onClick={() => onChange(!isOn)}>
      {text}
    </button>
  );
}

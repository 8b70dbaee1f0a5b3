import {
  type Attributes,
  attributeText,
  type AttributeValue,
  type Cut,
  cutOf,
  cutText,
} from "@spoor/trace";
import { CopyButton } from "../design/copy-button.tsx";
import { attributeTypeName, exactValueText, fitsFilter } from "./attribute-text.ts";
import "./attribute-list.css";

/** What {@link AttributeList} takes. */
export interface AttributeListProps {
  readonly attributes: Attributes;
  /** Only attributes whose key or value contains this text. */
  readonly filter: string;
  /** Looks for other spans with this attribute; without it there is no way to. */
  readonly onFind?: (key: string, value: string) => void;
}

/** Keys and values, sorted by key; the type is named wherever the value alone does not tell it. */
export function AttributeList({ attributes, filter, onFind }: AttributeListProps) {
  if (attributes.size === 0) return null;
  const all = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = all.filter(([key, value]) => fitsFilter(key, value, filter));
  const hiddenCount = all.length - shown.length;
  return (
    <>
      {shown.length > 0 && (
        <dl className="attributes">
          {shown.map(([key, value]) => (
            <Attribute
              key={key}
              name={key}
              value={value}
              cut={cutOf(attributes, key)}
              onFind={onFind}
            />
          ))}
        </dl>
      )}
      {hiddenCount > 0 && <p className="attributes-hidden">{hiddenCount} hidden by the filter</p>}
    </>
  );
}

const TYPE_TEXT = {
  bool: "bool",
  int: "int",
  double: "double",
  bytes: "bytes, base64",
  null: "no value",
  array: "array",
  kvlist: "kvlist",
} as const;

interface AttributeProps {
  readonly name: string;
  readonly value: AttributeValue;
  /** Undefined when all of the value is there. */
  readonly cut: Cut | undefined;
  readonly onFind: AttributeListProps["onFind"];
}

function Attribute({ name, value, cut, onFind }: AttributeProps) {
  const type = attributeTypeName(value);
  const text = exactValueText(value);
  return (
    <div className="attribute">
      <dt>{name}</dt>
      <dd>
        <span className={`attribute-value is-${type}`}>
          {text === "" ? <span className="quiet">empty</span> : text}
        </span>
        {type !== "string" && <span className="attribute-type">{TYPE_TEXT[type]}</span>}
        {cut !== undefined && <span className="attribute-type is-cut">✂ {cutText(cut)}</span>}
        {onFind !== undefined && (
          <button
            type="button"
            className="copy-button"
            title={`Find spans with this ${name}`}
            onClick={() => onFind(name, attributeText(value))}
          >
            <span aria-hidden="true">⌕</span>
            <span className="visually-hidden">Find spans with this {name}</span>
          </button>
        )}
        <CopyButton text={text} what={`value of ${name}`} />
      </dd>
    </div>
  );
}

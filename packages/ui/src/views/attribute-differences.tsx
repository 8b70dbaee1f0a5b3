import type { ComparisonAnswer, SpansAnswer } from "@spoor/trace";
import { attributeDifferences, attributeQuestions } from "../data/attribute-differences.ts";
import { useAnswers } from "../data/ask.ts";
import "./service-map.css";

/** What else differs: versions, hosts, flags. Nothing at all when nothing does. */
export function AttributeDifferences({ answer }: { readonly answer: ComparisonAnswer }) {
  const [a, b] = useAnswers<SpansAnswer>(attributeQuestions(answer));
  if (a?.data === undefined || b?.data === undefined) return null;
  const differences = attributeDifferences(answer, a.data, b.data);
  if (differences.length === 0) return null;
  return (
    <>
      <h2 className="comparison-attributes">Attributes that differ</h2>
      <table className="plain-table">
        <caption className="visually-hidden">
          Attributes of services, roots and the places that changed most
        </caption>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Attribute</th>
            <th scope="col">A</th>
            <th scope="col">B</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ where, key, a: before, b: after }) => (
            <tr key={`${where}\n${key}`}>
              <td>{where}</td>
              <td className="code">{key}</td>
              <td className="side-a-text" title={before}>
                {before === "" ? "–" : before}
              </td>
              <td className="side-b-text" title={after}>
                {after === "" ? "–" : after}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** What a decoder keeps to, so that one request cannot take everything. */
export interface DecodeLimits {
  /** Spans, log records, attributes, events and links of one request together. */
  readonly rowCountMax: number;
  /** Bytes of one attribute value. */
  readonly attributeValueBytesMax: number;
  readonly attributeKeyBytesMax: number;
  /** Attributes of one span, event, link, log record, resource or scope. */
  readonly attributeCountMax: number;
}

/**
 * The limits unless told otherwise. They stand here and not with the decoders, because commands
 * that decode nothing print them.
 *
 * - Rows: real data take at least 25 bytes on the wire for each, so that 64 MiB, the largest
 *   request, reach this and hardly more; the smallest ones, 2 bytes for a link that takes 40 in
 *   columns, would need 30 million. A request beyond it is refused.
 * - Values: SDKs have no limit of their own; some backends cut at 1,024, in the middle of the
 *   statement somebody needs. A longer value is cut and marked.
 * - Keys: real ones have some 30 bytes; a longer one is cut and marked.
 * - Attributes: SDKs stop at 128 unless told otherwise. Further ones are left out and added to the
 *   owner's droppedAttributesCount.
 */
export const DECODE_LIMITS: DecodeLimits = {
  rowCountMax: 2_500_000,
  attributeValueBytesMax: 65_536,
  attributeKeyBytesMax: 1024,
  attributeCountMax: 1024,
};

/** The columns that rows of spans and of log records have in common. */
import {
  type AttributeColumns,
  type AttributeValues,
  type Resource,
  serviceName,
  StringTable,
  UNKNOWN_SERVICE,
} from "@spoor/trace";

import { type AttributeOwners, typedMaps } from "./attribute-maps.ts";
import { LowCardinalityColumn, MapColumn, type NativeColumn, RawColumn } from "./native-columns.ts";

/** Ids under which the resources and scopes of a batch are stored, by their index in it. */
export interface DimensionIds {
  readonly resources: BigUint64Array;
  readonly scopes: BigUint64Array;
}

/** What is used of a batch here. */
interface Rows extends AttributeValues {
  readonly attributes: AttributeColumns;
  readonly resources: readonly Resource[];
  readonly resourceIndices: Uint32Array;
  readonly scopeIndices: Uint32Array;
}

/** The service of each row, derived from its resource. */
export function serviceColumn(batch: Rows, rowCount: number): NativeColumn {
  const services = new StringTable();
  const idOfResource = batch.resources.map((resource) =>
    services.internText(serviceName(resource)),
  );
  const unknown = services.internText(UNKNOWN_SERVICE);
  const serviceIds = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    serviceIds[row] = idOfResource[batch.resourceIndices[row] ?? 0] ?? unknown;
  }
  return new LowCardinalityColumn("service", services, serviceIds);
}

/** The ids of the resource and the scope of each row. */
export function dimensionColumns(batch: Rows, ids: DimensionIds, rowCount: number): NativeColumn[] {
  const resourceIds = idColumn(ids.resources, batch.resourceIndices, rowCount);
  const scopeIds = idColumn(ids.scopes, batch.scopeIndices, rowCount);
  return [
    new RawColumn("resource_id", "UInt64", resourceIds),
    new RawColumn("scope_id", "UInt64", scopeIds),
  ];
}

/** The attributes of each row, in one map for each type. */
export function attributeMapColumns(batch: Rows, owners: AttributeOwners): NativeColumn[] {
  const maps = typedMaps(batch, batch.attributes, owners);
  return [
    new MapColumn("attrs_s", maps.text),
    new MapColumn("attrs_i", maps.int),
    new MapColumn("attrs_d", maps.double),
    new MapColumn("attrs_b", maps.bool),
  ];
}

/** `ids[indices[row]]` for each row, moved as words. */
function idColumn(ids: BigUint64Array, indices: Uint32Array, rowCount: number): Uint32Array {
  const idWords = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
  const column = new Uint32Array(rowCount * 2);
  for (let row = 0; row < rowCount; row += 1) {
    const at = (indices[row] ?? 0) * 2;
    column[row * 2] = idWords[at] ?? 0;
    column[row * 2 + 1] = idWords[at + 1] ?? 0;
  }
  return column;
}

import type { DataSource, ObjectLiteral } from "typeorm";

/** A row by its columns' own names, as a statement's `*` has it, or `to_jsonb` of the row. */
export type RawRow = Record<string, unknown>;

/** The entity that a raw row is, for statements that no repository can make. */
export function entityOf<Entity extends ObjectLiteral>(
  dataSource: DataSource,
  entity: new () => Entity,
  row: RawRow,
): Entity {
  const made = new entity();
  for (const column of dataSource.getMetadata(entity).columns) {
    column.setEntityValue(made, dataSource.driver.prepareHydratedValue(row[column.databaseName], column));
  }
  return made;
}

import type { DataSource } from "typeorm";

interface Table {
  name: string;
  columns: string[];
  constraints: string[];
  indexes: string[];
}

/** The tables as the database describes them itself, in a fixed order: what the migrations really made. */
export async function dumpSchema(dataSource: DataSource): Promise<string> {
  const tables: Table[] = await dataSource.query(`
    SELECT c.relname AS name,
      (SELECT array_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'NOT NULL' END, 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
      (SELECT array_agg(concat('CONSTRAINT ', quote_ident(k.conname), ' ', pg_get_constraintdef(k.oid)) ORDER BY k.contype, k.conname)
        FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n') AS constraints,
      (SELECT array_agg(pg_get_indexdef(i.indexrelid) ORDER BY pg_get_indexdef(i.indexrelid))
        FROM pg_index i WHERE i.indrelid = c.oid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid)) AS indexes
    FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migrations'
    ORDER BY c.relname`);
  const texts = tables.map(({ name, columns, constraints, indexes }) => {
    const body = [...columns, ...(constraints ?? [])].map((line) => `  ${line}`).join(",\n");
    const statements = (indexes ?? []).map((index) => `${index};`);
    return [`CREATE TABLE ${name} (\n${body}\n);`, ...statements].join("\n");
  });
  return `-- What the migrations make. Generated: npm run generate.\n\n${texts.join("\n\n")}\n`;
}

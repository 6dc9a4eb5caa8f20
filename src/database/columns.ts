import { Column, type ColumnOptions } from "typeorm";

const asNumber = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

/** A count that may outgrow 32 bits. The driver reads `bigint` as text; up to 2^53-1 it is a number here. */
export function CountColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: "bigint", transformer: asNumber, ...options });
}

/** An instant, kept with its zone. */
export function InstantColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: "timestamptz", precision: 3, ...options });
}

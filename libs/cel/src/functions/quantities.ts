import type { Environment } from '@marcbachmann/cel-js';
import { addQuantities, compareQuantities, parseQuantity, quantityValue, subtractQuantities, tryParseQuantity, type Quantity } from '@typernetes/machinery';

/** A quantity as an expression's value. */
export class QuantityValue {
  constructor(readonly quantity: Quantity) {}
}

const type = 'kubernetes.Quantity';
const of = (text: string): QuantityValue => new QuantityValue(parseQuantity(text));
const whole = (value: bigint): QuantityValue => of(String(value));
const compare = (a: QuantityValue, b: QuantityValue): number => compareQuantities(a.quantity, b.quantity);
const nanos = 1_000_000_000n;

/** Kubernetes' quantity library. */
export function registerQuantities(environment: Environment): void {
  environment
    .registerType(type, { ctor: QuantityValue, fields: {} })
    .registerFunction(`quantity(string): ${type}`, of)
    .registerFunction('isQuantity(string): bool', (text: string) => tryParseQuantity(text) !== undefined)
    .registerFunction(`${type}.sign(): int`, ({ quantity }: QuantityValue) => (quantity.nanos > 0n ? 1n : quantity.nanos < 0n ? -1n : 0n))
    .registerFunction(`${type}.isInteger(): bool`, ({ quantity }: QuantityValue) => quantity.nanos % nanos === 0n)
    .registerFunction(`${type}.asInteger(): int`, ({ quantity }: QuantityValue) => {
      if (quantity.nanos % nanos !== 0n) throw new Error('cannot convert value to integer');
      return quantityValue(quantity);
    })
    .registerFunction(`${type}.asApproximateFloat(): double`, ({ quantity }: QuantityValue) => Number(quantity.nanos) / Number(nanos))
    .registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: QuantityValue, b: QuantityValue) => compare(a, b) > 0)
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: QuantityValue, b: QuantityValue) => compare(a, b) < 0)
    .registerFunction(`${type}.compareTo(${type}): int`, (a: QuantityValue, b: QuantityValue) => BigInt(compare(a, b)))
    .registerFunction(`${type}.add(${type}): ${type}`, (a: QuantityValue, b: QuantityValue) => new QuantityValue(addQuantities(a.quantity, b.quantity)))
    .registerFunction(`${type}.add(int): ${type}`, (a: QuantityValue, b: bigint) => new QuantityValue(addQuantities(a.quantity, whole(b).quantity)))
    .registerFunction(`${type}.sub(${type}): ${type}`, (a: QuantityValue, b: QuantityValue) => new QuantityValue(subtractQuantities(a.quantity, b.quantity)))
    .registerFunction(`${type}.sub(int): ${type}`, (a: QuantityValue, b: bigint) => new QuantityValue(subtractQuantities(a.quantity, whole(b).quantity)))
    .registerOperator(`${type} == ${type}`, (a: QuantityValue, b: QuantityValue) => compare(a, b) === 0);
}

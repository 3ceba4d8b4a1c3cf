import { fieldError, type FieldError } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { V1beta1LeaseCandidate } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from '../printers/cells';
import { resources } from '../resources';
import { checkImmutable, checkRequired, type Errors } from '../validation/checks';

const oldestVersion = 'OldestEmulationVersion';
const versionShape = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** Major, minor and patch; undefined for what is no version. */
const numbersOf = (version: string): number[] | undefined => versionShape.exec(version)?.slice(1, 4).map(Number);

function checkVersion(out: Errors, field: string, version: string | undefined): number[] | undefined {
  const numbers = version ? numbersOf(version) : undefined;
  if (version && !numbers) out.push(fieldError.invalid(field, version, `Invalid character(s) found in version ${JSON.stringify(version)}`));
  return numbers;
}

function validate({ spec }: V1beta1LeaseCandidate): FieldError[] {
  const out: Errors = [];
  const { leaseName, binaryVersion, emulationVersion, strategy } = (spec ?? {}) as Partial<NonNullable<V1beta1LeaseCandidate['spec']>>;
  checkRequired(out, 'spec.leaseName', leaseName);
  if (strategy === oldestVersion && !emulationVersion) out.push(fieldError.required('spec.emulationVersion', 'must be specified when `strategy` is \'OldestEmulationVersion\''));
  checkRequired(out, 'spec.binaryVersion', binaryVersion);
  const [binary, emulated] = [checkVersion(out, 'spec.binaryVersion', binaryVersion), checkVersion(out, 'spec.emulationVersion', emulationVersion)];
  const difference = binary && emulated?.map((number, i) => number - (binary[i] ?? 0)).find((each) => each !== 0);
  if (difference !== undefined && difference > 0) out.push(fieldError.invalid('spec.binaryVersion', binaryVersion, `must be greater than or equal to \`emulationVersion\``));
  checkRequired(out, 'spec.strategy', strategy);
  if (strategy && !strategy.includes('/') && strategy !== oldestVersion) out.push(fieldError.notSupported('spec.strategy', strategy, [oldestVersion]));
  return out;
}

const printer: TablePrinter<V1beta1LeaseCandidate> = {
  columns: columns('candidate', ['Name', 'LeaseName', 'BinaryVersion', 'EmulationVersion', 'Age']),
  row: (candidate, nowMs) => [nameOf(candidate), candidate.spec?.leaseName ?? '', candidate.spec?.binaryVersion ?? '', candidate.spec?.emulationVersion ?? '', age(candidate, nowMs)],
};

/** Who would hold a lease, where somebody else chooses the holder (KEP-4355). */
export const leaseCandidate = defineKind(resources.leaseCandidates, {
  strategy: {
    validateCreate: validate,
    validateUpdate: (next, previous) => {
      const out = validate(next);
      checkImmutable(out, 'spec.leaseName', [next.spec?.leaseName, previous.spec?.leaseName]);
      return out;
    },
  },
  printer,
});

/**
 * The rules for names of objects (API documentation "Object Names and IDs"; RFC 1123, RFC 1035). Each rule returns what
 * is wrong, in upstream's words. With `isPrefix` (generateName) a trailing dash is fine.
 */
export type NameRule = (name: string, isPrefix: boolean) => string[];

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';

function patternRule(pattern: string, maxBytes: number, text: string): NameRule {
  const regex = new RegExp(`^${pattern}$`);
  return (name, isPrefix) => {
    const checked = isPrefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
    const errors: string[] = [];
    if (checked.length > maxBytes) errors.push(`must be no more than ${maxBytes} bytes`);
    if (!regex.test(checked)) errors.push(text);
    return errors;
  };
}

export const dnsLabelName = patternRule(
  label,
  63,
  `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`,
);

export const dnsSubdomainName = patternRule(
  subdomain,
  253,
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`,
);

/** Names of Services: they become DNS labels that must not begin with a digit. */
export const dns1035LabelName = patternRule(
  label1035,
  63,
  `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`,
);

/** RBAC names: anything that can stand as one segment of a path. */
export const pathSegmentName: NameRule = (name, isPrefix) => {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};

/** For kinds that are never stored: any name. */
export const anyName: NameRule = () => [];

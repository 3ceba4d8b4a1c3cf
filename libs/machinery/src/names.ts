/**
 * The forms of names (API documentation "Object Names and IDs", "Labels and Selectors"; RFC 1123, 1035, 6335). Each
 * function returns what is wrong, in upstream's words; an empty list means nothing is.
 */

const dns1123Label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1123Subdomain = `${dns1123Label}(\\.${dns1123Label})*`;
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualified})?`;
const wildcardSubdomain = `\\*\\.${dns1123Subdomain}`;
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const configMapKey = '[-._a-zA-Z0-9]+';
const httpHeader = '[-A-Za-z0-9]+';

const dnsLabelMax = 63;
const dnsSubdomainMax = 253;
const qualifiedNameMax = 63;
const labelValueMax = 63;
const portNameMax = 15;

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);

/** Bytes rather than UTF-16 units, as the limits are meant; ASCII, nearly always, needs no count. */
function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** `must be no more than 63 bytes` */
export const tooLongText = (maxBytes: number): string => `must be no more than ${maxBytes} bytes`;

/** `… (e.g. 'a',  or 'b', regex used for validation is 'x')`, with upstream's two blanks. */
export function regexText(text: string, pattern: string, ...examples: string[]): string {
  const list = examples.map((example) => `'${example}'`).join(',  or ');
  return `${text} (${examples.length ? `e.g. ${list}, ` : ''}regex used for validation is '${pattern}')`;
}

/** Makes a rule of a pattern; the regex is compiled once. */
function rule(pattern: string, text: string, maxBytes = Infinity): (value: string) => string[] {
  const regex = whole(pattern);
  return (value) => {
    const isLong = value.length * 3 > maxBytes && byteLength(value) > maxBytes;
    const matches = regex.test(value);
    if (matches && !isLong) return [];
    return [...(isLong ? [tooLongText(maxBytes)] : []), ...(matches ? [] : [text])];
  };
}

/** DNS label: namespaces, containers, volumes. */
export const validateDns1123Label = rule(
  dns1123Label,
  regexText(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    dns1123Label,
    'my-name',
    '123-abc',
  ),
  dnsLabelMax,
);

export const dns1123SubdomainText = regexText(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  dns1123Subdomain,
  'example.com',
);

/** DNS name: most objects. */
export const validateDns1123Subdomain = rule(dns1123Subdomain, dns1123SubdomainText, dnsSubdomainMax);

/** DNS label that begins with a letter: Services. */
export const validateDns1035Label = rule(
  dns1035Label,
  regexText(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    dns1035Label,
    'my-name',
    'abc-123',
  ),
  dnsLabelMax,
);

/** `*.example.com` */
export const validateWildcardDns1123Subdomain = rule(
  wildcardSubdomain,
  regexText(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    wildcardSubdomain,
    '*.example.com',
  ),
  dnsSubdomainMax,
);

const qualifiedText = regexText(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualified,
  'MyName',
  'my.name',
  '123-abc',
);
const qualifiedRegex = whole(qualified);

/** There are few different ones, and each stands in thousands of objects. */
const goodNames = new Set<string>();
const goodNamesMax = 8192;

/** `name` or `example.com/name`: keys of labels and annotations, finalizers, resource names. */
export function validateQualifiedName(value: string): string[] {
  if (goodNames.has(value)) return [];
  const errors = checkQualifiedName(value);
  if (errors.length === 0 && goodNames.size < goodNamesMax) goodNames.add(value);
  return errors;
}

function checkQualifiedName(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [`a qualified name ${qualifiedText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const errors: string[] = [];
  const name = parts[parts.length - 1] ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...validateDns1123Subdomain(prefix).map((text) => `prefix part ${text}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (byteLength(name) > qualifiedNameMax) errors.push(`name part ${tooLongText(qualifiedNameMax)}`);
  if (!qualifiedRegex.test(name)) errors.push(`name part ${qualifiedText}`);
  return errors;
}

export const validateLabelValue = rule(
  labelValue,
  regexText(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    labelValue,
    'MyValue',
    'my_value',
    '12345',
  ),
  labelValueMax,
);

/** `example.com/path`: a domain and a path below it. */
export function validateDomainPrefixedPath(value: string, field: string): string[] {
  if (value === '') return [`${field} must be specified`];
  const slash = value.indexOf('/');
  const [domain, path] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)];
  if (slash <= 0 || path === '') return ["must be a domain-prefixed path (such as \"acme.io/foo\")"];
  return [...validateDns1123Subdomain(domain), ...(/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path) ? [] : ['Invalid path'])];
}

/** IANA service name: names of container ports. */
export function validatePortName(value: string): string[] {
  const errors: string[] = [];
  if (byteLength(value) > portNameMax) errors.push(tooLongText(portNameMax));
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export function validatePortNumber(value: number): string[] {
  return Number.isInteger(value) && value >= 1 && value <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** A name that stands as one segment of a path: RBAC objects. */
export function validatePathSegmentName(name: string, isPrefix = false): string[] {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
}

const cIdentifierRule = rule(
  cIdentifier,
  regexText("a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'", cIdentifier, 'my_name', 'MY_NAME', 'MyName'),
);

export const validateCIdentifier = (value: string): string[] => cIdentifierRule(value);

/** Any printable ASCII but `=`: relaxed since 1.32 (KEP-4369). */
export function validateEnvVarName(value: string): string[] {
  if (value === '') return ['environment variable name must be at least 1 character'];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value)
    ? []
    : ['a valid environment variable name must consist only of printable ASCII characters other than \'=\''];
}

/** The older form of environment variable names, which a prefix of `envFrom` may begin. */
export const validateStrictEnvVarName = rule(
  envVarName,
  regexText(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    envVarName,
    'my.env-name',
    'MY_ENV.NAME',
    'MyEnvName1',
  ),
);

const configMapKeyRule = rule(
  configMapKey,
  regexText("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", configMapKey, 'key.name', 'KEY_NAME', 'key-name'),
  dnsSubdomainMax,
);

/** Keys of ConfigMaps and Secrets: they become names of files. */
export function validateConfigMapKey(value: string): string[] {
  const errors = configMapKeyRule(value);
  if (value === '.') return [...errors, "must not be '.'"];
  if (value === '..') return [...errors, "must not be '..'"];
  return value.startsWith('..') ? [...errors, "must not start with '..'"] : errors;
}

export const validateHttpHeaderName = rule(
  httpHeader,
  regexText("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeader, 'X-Header-Name'),
);

/** A name that a random suffix will follow (generateName): a dash at its end is fine. */
export function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

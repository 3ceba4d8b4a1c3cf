import * as names from './names';

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

test.each<[rule: (value: string) => string[], value: string, expected: string[]]>([
  [names.validateDns1123Label, 'a-1', []],
  [names.validateDns1123Label, 'A', [label]],
  [names.validateDns1123Label, '', [label]],
  [names.validateDns1123Label, 'a'.repeat(64), ['must be no more than 63 bytes']],
  [names.validateDns1123Label, 'ü'.repeat(40), ['must be no more than 63 bytes', label]],
  [names.validateDns1123Subdomain, 'a.b-c', []],
  [names.validateDns1123Subdomain, 'a..b', [subdomain]],
  [names.validateDns1035Label, '1a', [label1035]],
  [names.validateQualifiedName, 'example.com/My_name', []],
  [names.validateQualifiedName, '/a', ['prefix part must be non-empty']],
  [names.validateQualifiedName, 'a/', ['name part must be non-empty', qualified]],
  [names.validateQualifiedName, '-', [qualified]],
  [names.validateQualifiedName, 'Ex/a', [`prefix part ${subdomain}`]],
  [names.validateLabelValue, '', []],
  [names.validateLabelValue, 'a.b_c', []],
  [names.validatePortName, 'http', []],
  [names.validatePortName, '80', ['must contain at least one letter (a-z)']],
  [names.validatePortName, 'a--b', ['must not contain consecutive hyphens']],
  [names.validatePortName, '-a', ['must not begin or end with a hyphen']],
  [names.validatePortName, 'averylongportname', ['must be no more than 15 bytes']],
  [names.validatePathSegmentName, 'system:a', []],
  [names.validatePathSegmentName, '..', ["may not be '..'"]],
  [names.validatePathSegmentName, 'a/b%', ["may not contain '/'", "may not contain '%'"]],
  [names.validateEnvVarName, 'A.b-c_1', []],
  [names.validateEnvVarName, 'a=b', ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
  [names.validateConfigMapKey, 'a.b', []],
  [names.validateConfigMapKey, '..', ["must not be '..'"]],
  [names.validateConfigMapKey, '..a', ["must not start with '..'"]],
])('%p of %j', (rule, value, expected) => expect(rule(value)).toEqual(expected));

test.each([
  [1, 0],
  [65_535, 0],
  [0, 1],
  [65_536, 1],
  [1.5, 1],
])('port %d has %d errors', (port, errors) => expect(names.validatePortNumber(port)).toHaveLength(errors));

test('a prefix may end with a dash', () => {
  expect(names.validateDns1123Label(names.maskTrailingDash('web-'))).toEqual([]);
  expect(names.validateDns1123Label(names.maskTrailingDash('-'))).toEqual([label]);
});

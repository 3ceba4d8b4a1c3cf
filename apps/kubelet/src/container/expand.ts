/**
 * `$(VAR)` becomes the variable's value, `$$` becomes `$`, and a reference to what is not known stays as it is (API
 * docs: EnvVar.value, Container.command).
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (match, name: string | undefined) => {
    if (name === undefined) return '$';
    return valueOf(name) ?? match;
  });
}

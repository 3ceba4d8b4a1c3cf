import type { RunCommand } from './command';
import type { NodeFacts } from './model/node-facts';
import { diffRulesets, rebuildCommands } from './ruleset/diff';
import type { OwnedParts } from './ruleset/ruleset-index';
import { RulesetIndex } from './ruleset/ruleset-index';

/** Keeps the kernel's table as wanted, one transaction per change. */
export class NftTable {
  private readonly index = new RulesetIndex();
  /** Does the kernel have what the index has? */
  private applied = false;

  constructor(
    private readonly run: RunCommand,
    private readonly facts: NodeFacts,
  ) {}

  /**
   * The first transaction, and each after a failed one, makes the table anew; the kernel shows either the old rules or
   * the new ones, and connections go on. Gives the number of commands. @throws CommandError: nothing was changed
   */
  async apply(parts: OwnedParts): Promise<number> {
    const { previous, next } = this.index.update(parts);
    const commands = this.applied ? diffRulesets(previous, next) : rebuildCommands(this.index.whole(), this.facts);
    if (commands.length === 0) return 0;
    this.applied = false;
    await this.run('nft', ['-f', '-'], `${commands.join('\n')}\n`);
    this.applied = true;
    return commands.length;
  }

  /** Somebody else may have touched the table (`nft flush ruleset`): if it is not there, it is made anew next time. */
  async verify(): Promise<void> {
    if (!this.applied) return;
    const tables = await this.run('nft', ['list', 'tables', 'ip']);
    if (!tables.split('\n').includes('table ip kube-proxy')) this.applied = false;
  }
}

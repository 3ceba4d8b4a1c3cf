import type { RunCommand } from './command';
import type { NodeFacts } from './model/node-facts';
import { diffRulesets, rebuildCommands } from './ruleset/diff';
import type { Ruleset } from './ruleset/ruleset';
import { emptyRuleset } from './ruleset/ruleset';

/** Keeps the kernel's table as wanted, one transaction per change. */
export class NftTable {
  private applied: Ruleset | undefined;

  constructor(
    private readonly run: RunCommand,
    private readonly facts: NodeFacts,
  ) {}

  /**
   * The first transaction, and each after a failed one, makes the table anew; the kernel shows either the old rules or
   * the new ones, and connections go on. Gives the number of commands. @throws CommandError: nothing was changed
   */
  async apply(next: Ruleset): Promise<number> {
    const commands = this.applied ? diffRulesets(this.applied, next) : rebuildCommands(next, this.facts);
    if (commands.length === 0) return 0;
    try {
      await this.run('nft', ['-f', '-'], `${commands.join('\n')}\n`);
    } catch (error) {
      this.applied = undefined;
      throw error;
    }
    this.applied = next;
    return commands.length;
  }

  /** Somebody else may have touched the table (`nft flush ruleset`): if it is not there, it is made anew next time. */
  async verify(): Promise<void> {
    if (!this.applied) return;
    const tables = await this.run('nft', ['list', 'tables', 'ip']);
    if (!tables.split('\n').includes('table ip kube-proxy')) this.applied = undefined;
  }

  get ruleset(): Ruleset {
    return this.applied ?? emptyRuleset;
  }
}

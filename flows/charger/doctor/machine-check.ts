// The machine: what it is, whether it has power enough, and whether the programs that the station needs are there.
import { join } from 'node:path';
import { namesIn, textIn } from '../../../hardware/linux/files.ts';
import { NEEDED_NODE, NODE_WITH_SQLITE, nodeTooOld } from '../../launcher/node-version.ts';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';

export const machineCheck: Check = {
  title: 'machine',
  async run(subject) {
    return [model(subject), ...power(subject), node(), ...(await modules())];
  },
};

function model({ root }: Subject): Finding {
  if (process.platform !== 'linux')
    return wrong('machine.not-linux', 'machine.not-linux.do', { system: process.platform });
  const name = textIn(join(root, 'proc/device-tree/model'))?.replace(/\0/g, '');
  return name ? good('machine.model', { model: name }) : note('machine.no-pi', { machine: process.arch });
}

/** The firmware's undervoltage alarm, as the kernel's hardware monitor shows it. */
function power({ root }: Subject): Finding[] {
  const folder = join(root, 'sys/class/hwmon');
  const monitor = namesIn(folder).find((name) => textIn(join(folder, name, 'name'))?.trim() === 'rpi_volt');
  if (!monitor) return [];
  const alarm = textIn(join(folder, monitor, 'in0_lcrit_alarm'))?.trim();
  return [alarm === '1' ? wrong('machine.undervoltage', 'machine.undervoltage.do') : good('machine.power')];
}

function node(): Finding {
  const version = process.versions.node;
  const values = { version, least: NEEDED_NODE };
  const isNew = nodeTooOld(version) === undefined;
  return isNew ? good('machine.node', values) : wrong('machine.old-node', 'machine.old-node.do', values);
}

async function modules(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of ['node:sqlite', 'koffi']) {
    const present = await import(name).then(
      () => true,
      () => false,
    );
    if (!present) {
      const advice = name === 'koffi' ? 'machine.no-module.do' : 'machine.old-node.do';
      findings.push(wrong('machine.no-module', advice, { module: name, least: NODE_WITH_SQLITE }));
    }
  }
  return findings;
}

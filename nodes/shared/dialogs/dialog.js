// What `RED.nodes.registerType` gets of each node: all that the nodes have in common, and what its dialog does when it opens.
import { knowTable, warnTaken } from './pins.js';
import { judgedSecret, showProvisioned } from './provisioned.js';
import { showOutlets, showPickers, showRows } from './rows.js';
import { showSentences } from './sentences.js';
import { defaultsOf, labelOf, prefixOf, secretsOf } from './settings.js';
import { showTries } from './tries.js';
import { showTyped } from './typed.js';
import { wordsOf } from './words.js';

/** Of the nodes of a charger and of the cloud, by the configuration node that they use. */
const COLORS = { station: '#B9DDB5', issuer: '#a9d3ea' };

/**
 * As `RED.nodes` has it: tools that read a dialog without running it, as those of Node-RED's library do, know a node by this call.
 * @param said what the build adds: `version` of what the dialog saves, `settings` by their names
 */
export const nodes = {
  registerType: (type, own, said) => RED.nodes.registerType(type, dialogOf(type, own, said)),
};

/**
 * @param own what only this node has: `uses` ('station' or 'issuer'), inputs and outputs, `credentials` with the pattern of each
 *   ('' for any), `provisioned`: the one that may hold all terms, more defaults, `named`: the choice that a node without a name goes
 *   by, `prepare`
 */
function dialogOf(type, own, { version, settings }) {
  const { uses, defaults, prepare, named, credentials, provisioned, ...rest } = own;
  const name = type.replaceAll(' ', '-');
  knowTable(type, settings);
  return {
    ...(uses && { category: 'offline charging', color: COLORS[uses], icon: `${name}.svg` }),
    defaults: {
      name: { value: '' },
      version: { value: version },
      ...(uses && {
        [uses]: {
          ...{ value: '', type: uses === 'station' ? 'charging station' : 'code issuer', required: true },
          ...labelOf(type, uses),
        },
      }),
      ...defaultsOf(type, settings),
      ...defaults,
    },
    ...(credentials && { credentials: secretsOf(type, credentials, provisioned && { [provisioned]: judgedSecret }) }),
    paletteLabel: () => wordsOf(type, 'palette'),
    inputLabels: () => wordsOf(type, 'input'),
    outputLabels: (index) => wordsOf(type, `output.${index}`),
    label: function () {
      return this.name || (named && wordsOf(type, `option.${named}.${this[named]}`)) || wordsOf(type, 'palette');
    },
    labelStyle: function () {
      return this.name ? 'node_label_italic' : '';
    },
    oneditprepare: function () {
      const prefix = prefixOf(type);
      $(`#${prefix}version`).val(version);
      showRows(this, settings, prefix);
      showTyped(this, settings, prefix);
      showOutlets(this, settings, prefix);
      showPickers(this, settings, prefix);
      if (uses) chooseOnly(this, uses);
      showSentences(this, prefix, provisioned);
      if (uses === 'station') warnTaken(this, settings);
      showTries(this, type);
      if (provisioned) showProvisioned(this, type, prefix, provisioned);
      if (prepare) prepare.call(this, settings);
    },
    ...rest,
  };
}

/** A node that has none yet gets the only configuration node of its kind that there is. */
function chooseOnly(node, uses) {
  const { type } = node._def.defaults[uses];
  const found = [];
  RED.nodes.eachConfig((config) => {
    if (config.type === type) found.push(config.id);
  });
  const select = $(`#node-input-${uses}`);
  const offered = select.find('option').filter((_, option) => option.value === found[0]);
  if (!node[uses] && found.length === 1 && offered.length > 0) select.val(found[0]).trigger('change');
}

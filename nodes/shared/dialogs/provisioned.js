// The one text of a station's provisioning in the field of its key. What it says fills the dialog, where it then is for the text
// alone to say: it holds, whatever was saved. Reading it is the runtime's (nodes/charging-station/key-reading.ts).
import { BELOW } from './place.js';
import { colourWrong } from './sentences.js';
import { isVariable } from './settings.js';
import { lockTyped } from './typed.js';
import { text, wordsOf } from './words.js';

/** What is typed digit by digit is looked at when the typing rests; what is pasted at once. */
const TYPED_MS = 500;
/** A Node-RED that is silent for so long keeps nobody in the dialog. */
const ANSWER_MS = 10_000;
/** What the editor shows of a credential that is stored. */
const STORED = '__PWRD__';
/** Of the last text that was looked at: a sentence where it can't be the key. */
let judged = {};

/** Of the editor's own marks, by the sentence that stands below the field. */
export function judgedSecret(value) {
  return judged.value === value && judged.wrong ? judged.wrong : true;
}

/** @param secret the name of the credential */
export function showProvisioned(node, type, prefix, secret) {
  const field = $(`#${prefix}${secret}`);
  const id = $(`#${prefix}station`);
  const said = $(`<div role="status" style="${BELOW} white-space: pre-line;">`).attr('id', `${prefix}${secret}-said`);
  field.closest('.form-row').append(said);
  field.attr('aria-describedby', said.attr('id'));
  judged = {};
  let turn = 0;
  let timer;
  let locked = [];
  // *Done* waits for what the text says: it would save the fields as they were before. The editor's own buttons know the class.
  const done = field.closest('.red-ui-tray').find('.red-ui-tray-toolbar .primary');
  let isDone = false;
  const wait = () => done.addClass('disabled');
  const goOn = () => {
    done.removeClass('disabled');
    if (isDone && !judged.wrong) done.trigger('click');
    isDone = false;
  };
  /** An id that a text has put there is nobody's word against the next text. */
  let filled;
  let before;

  const lock = (names) => {
    for (const name of locked) lockTyped($(`#${prefix}${name}`), false);
    for (const name of names) lockTyped($(`#${prefix}${name}`), true);
    locked = names;
  };
  const fill = (terms) => {
    if (id.val() !== filled) before = id.val();
    filled = terms.station;
    for (const [name, value] of Object.entries(terms)) $(`#${prefix}${name}`).val(String(value)).trigger('change');
  };
  const say = (value, words, wrong) => {
    said.text(words || '');
    colourWrong(said, wrong);
    field.attr('aria-invalid', String(Boolean(wrong)));
    judged = { value, wrong: wrong ? words : undefined };
    field.trigger('change');
  };
  const taken = (value, { is, terms, page, ofVariable }) => {
    const words = (key, values) => wordsOf(type, `provisioned.${key}`, values);
    judged = {};
    if (is !== 'text' || ofVariable) {
      lock([]);
      say(value, is === 'text' ? words('variable', terms) : '');
      return;
    }
    // What the text says is not for the dialog to judge.
    lock(Object.keys(terms));
    fill(terms);
    say(value, [words('filled', terms), page && words('page', { page })].filter(Boolean).join('\n'));
  };
  const refused = (value, { status, responseJSON: { code, message, values } = {} }) => {
    lock([]);
    // What is stored cannot be looked at before it is deployed.
    if (status === 404) say(value, '');
    else say(value, (code && wordsOf(type, `errors.${code}`, values)) || message || text('try.refused'), true);
  };
  const look = () => {
    clearTimeout(timer);
    timer = undefined;
    turn += 1;
    const asked = turn;
    const value = field.val();
    const answered = (how) => (answer) => {
      if (asked !== turn || !document.body.contains(field[0])) return;
      how(value, answer);
      goOn();
    };
    if (isVariable(value.trim())) {
      answered(taken)({});
      return;
    }
    wait();
    const station = id.val() === filled ? before : id.val();
    $.ajax({
      url: `offline-charging/${type.replaceAll(' ', '-')}/${encodeURIComponent(node.id)}/key`,
      type: 'POST',
      contentType: 'application/json',
      data: JSON.stringify({ ...(value !== STORED && { typed: value }), station }),
      timeout: ANSWER_MS,
    }).then(answered(taken), answered(refused));
  };
  done.on('click', () => {
    isDone = done.hasClass('disabled');
    if (isDone && timer !== undefined) look();
  });
  field.on('input', () => {
    isDone = false;
    wait();
    clearTimeout(timer);
    timer = setTimeout(look, TYPED_MS);
  });
  field.on('paste', () => setTimeout(look));
  // Another id may be the one that the text is for.
  id.on('change', () => judged.wrong && look());
  look();
}

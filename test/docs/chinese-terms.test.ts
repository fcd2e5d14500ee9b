import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url).pathname;

/** What another word stands for already: a reader of Chinese must meet one word for one thing. */
const OTHER_WORDS: [RegExp, string][] = [
  [/(?<!源|货币)代码/, 'a code is 充电码 (服务码, 同步码), never 代码, which is what programs are made of'],
  [/充电站/, 'a station is 充电桩'],
  [/运营者|运营方/, 'the operator is 运营商'],
  [/顾客/, 'who charges is the 客户; a program that calls is the 客户端'],
  [/(?<!网)站点|[本该此]站/, 'a station is 充电桩 (本桩)'],
  [/预订/, 'a reservation is 预留'],
  [/守护(?!程序)/, 'the relay guard is 守护程序'],
  [/无应答/, 'what does not answer is 无响应'],
  [/(Node-RED|云端)[^，。：]{0,3}日志|系统日志/, 'what programs log is 运行记录; 日志 is the journal of a station'],
  [/审计/, 'what operators did is kept in 操作记录'],
  [/时段/, 'a slot is 时隙'],
  [/结算收据|退款收据|给出收据/, 'a receipt that is settled is 凭证; 收据 is the bill of a purchase'],
];

describe('Chinese texts', () => {
  const files = execFileSync('git', ['ls-files', 'nodes', 'charging', 'flows', 'api', 'examples'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => /\.(ts|js|json|html|vue|sh)$/.test(file));

  it('have one word for one thing', () => {
    const found = files.flatMap((file) =>
      readFileSync(`${root}${file}`, 'utf8')
        .split('\n')
        .flatMap((line, at) =>
          OTHER_WORDS.filter(([word]) => word.test(line)).map(([, why]) => `${file}:${at + 1}: ${why}`),
        ),
    );
    assert.deepEqual(found, []);
  });
});

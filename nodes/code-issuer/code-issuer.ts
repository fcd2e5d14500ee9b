// The config node that the cloud's nodes share: ledger, master key, limits. What it does is in issuer.ts.
import { join } from 'node:path';
import { isLoopback } from '../../api/client-address.ts';
import type { Issuer, IssuerSettings } from '../../api/issuer.ts';
import type { LimitSettings } from '../../api/limits.ts';
import { loadMasterKey, parsed } from '../../api/master-key.ts';
import { api } from '../shared/api.ts';
import { openDocuments } from '../shared/documents.ts';
import { type NodeFault, onClose } from '../shared/handlers.ts';
import type { RED, RedNode } from '../shared/red.ts';
import { filledIn } from '../shared/settings.ts';
import { offerTries, openTries } from '../shared/tries.ts';
import { numberOf } from '../shared/values.ts';
import { migrated, UNCHANGED } from '../shared/versions.ts';
import { doubledRoutes } from './flow-routes.ts';
import { type GivenSecrets, type PaymentCredentials, paymentOf } from './payment-settings.ts';
import type { CodeIssuerConfig } from './settings.ts';

interface Credentials extends PaymentCredentials {
  readonly masterKey?: string;
  readonly alarmSecret?: string;
}

/** What other nodes find at `red.nodes.getNode(config.issuer)`. */
export interface CodeIssuerNode extends RedNode<Credentials> {
  /** Undefined where a newer version saved this node. */
  issuer?: Issuer;
  /** Why there is none. */
  fault?: NodeFault;
}

/** What a settings file may give (`offlineCharging`), so that secrets need not stay in the environment. */
interface PackSettings {
  readonly masterKey?: () => Promise<Uint8Array>;
  readonly alarmSecret?: string | undefined;
  readonly payment?: GivenSecrets;
}

export default function codeIssuer(red: RED): void {
  function CodeIssuerNode(this: CodeIssuerNode, config: CodeIssuerConfig) {
    red.nodes.createNode(this, config);
    try {
      migrated(config, UNCHANGED);
    } catch (error) {
      this.fault = error as NodeFault;
      this.error(this.fault);
      return;
    }
    const issuer = new (api().Issuer)(settingsOf(red, config, this.credentials), {
      info: (text) => this.log(text),
      warn: (text) => this.warn(text),
    });
    this.issuer = issuer;
    const look = () => {
      for (const { route, tabs } of issuer.lookAtRoutes(doubledRoutes(red))) {
        this.error(red._('code-issuer.errors.doubled-route', { route, tabs: tabs.join(', ') }));
      }
    };
    look();
    offerTries(this, {
      ledger: async () => {
        const { database, milliseconds } = await (await issuer.ledger()).health();
        const name = { sqlite: 'SQLite', postgresql: 'PostgreSQL' }[database];
        return { result: 'there', values: { database: name, milliseconds: Math.ceil(milliseconds) } };
      },
    });
    // Before any node of a deploy starts, so that none of them answers in between.
    red.events.on('flows:starting', look);
    onClose(this, () => {
      red.events.removeListener('flows:starting', look);
      return issuer.close();
    });
  }
  openTries(red, 'code issuer');
  openDocuments(red);
  const password = { type: 'password' } as const;
  red.nodes.registerType('code issuer', CodeIssuerNode, {
    credentials: {
      masterKey: password,
      alarmSecret: password,
      paymentKey: password,
      webhookSecret: password,
      smtp: password,
    },
  });
}

function settingsOf(red: RED, config: CodeIssuerConfig, credentials: Credentials | undefined): IssuerSettings {
  const folder = dataFolder(red);
  const pack = (red.settings.offlineCharging ?? {}) as PackSettings;
  const given = credentials?.masterKey?.trim();
  const limitsIn = filledIn(config.limitsIn) ?? 'memory';
  return {
    url: filledIn(config.ledger) ?? (process.env.DATABASE_URL || `sqlite:${join(folder.own, 'ledger.sqlite')}`),
    masterKey: async () => {
      if (given) return parsed(given, 'The code issuer');
      return pack.masterKey ? pack.masterKey() : loadMasterKey({ masterKeyFile: join(folder.top, 'master.key') });
    },
    // Behind a proxy everybody seems to be on this machine.
    // Node-RED listens on every address unless `uiHost` says otherwise.
    loopbackOnly: isLoopback(String(red.settings.uiHost ?? '')) && !process.env.TRUST_PROXY,
    publicCharging: /^(?:1|true|yes|on)$/i.test(filledIn(config.publicCharging) ?? ''),
    limits: limitsOf(config),
    limitsIn: limitsIn === 'database' ? 'database' : 'memory',
    alarmWebhook: alarmWebhookOf(config, credentials?.alarmSecret?.trim() || pack.alarmSecret),
    payment: paymentOf(config, credentials, pack.payment, String((red.settings as { lang?: unknown }).lang ?? '')),
  };
}

/** Without a secret to sign with nobody is told: a receiver could not know who speaks. */
function alarmWebhookOf(config: CodeIssuerConfig, secret: string | undefined): IssuerSettings['alarmWebhook'] {
  const url = filledIn(config.alarmWebhook) ?? process.env.ALARM_WEBHOOK ?? '';
  return url === '' || !secret ? undefined : { url, secret };
}

/** `DATA_DIR` as the applications lay it out; else a folder of ours in Node-RED's. */
function dataFolder(red: RED): { top: string; own: string } {
  const { DATA_DIR } = process.env;
  if (DATA_DIR) return { top: DATA_DIR, own: join(DATA_DIR, 'cloud') };
  const folder = join(String(red.settings.userDir ?? '.'), 'offline-charging');
  return { top: folder, own: folder };
}

function limitsOf(config: CodeIssuerConfig): Partial<LimitSettings> {
  const { limitClient: client, limitVisitor: visitor, limitStation: station } = config;
  const limits = Object.entries({ client, visitor, station }).map(([kind, limit]) => [kind, numberOf(limit)] as const);
  return Object.fromEntries(limits.filter(([, limit]) => limit !== undefined));
}

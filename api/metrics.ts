// What Prometheus is told (GET /metrics). One registry for the process, however many nodes feed it.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchReport, Statistics } from '../charging/cloud/ledger.ts';

const PREFIX = 'offline_charging_';
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export class CloudMetrics {
  readonly #registry = new Registry();
  #process = false;

  readonly #requests = this.#counter('http_requests_total', 'HTTP requests answered', ['operation', 'status']);
  readonly #requestSeconds = new Histogram({
    name: `${PREFIX}http_request_seconds`,
    help: 'From the whole request read to the answer handed to the system',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers: [this.#registry],
  });
  readonly #issued = this.#counter('codes_issued_total', 'Codes issued, those asked for again included', ['kind']);
  readonly #settled = this.#counter('receipts_settled_total', 'Receipts settled', []);
  readonly #reports = this.#counter(
    'reports_heard_total',
    'Reports of stations heard, those heard before included',
    [],
  );
  readonly #ends = this.#counter('vouchers_told_total', 'Vouchers whose end a report told for the first time', []);
  readonly #refused = this.#counter('refused_total', 'Requests refused', ['reason']);
  readonly #ledgerSeconds = new Histogram({
    name: `${PREFIX}ledger_transaction_seconds`,
    help: 'Transactions of the ledger, commit included',
    labelNames: ['kind'],
    buckets: SECONDS,
    registers: [this.#registry],
  });
  readonly #ledgerCalls = this.#counter('ledger_calls_total', 'Calls that the transactions carried', ['kind']);
  readonly #ledgerRetries = this.#counter('ledger_retries_total', 'Transactions tried again', []);
  readonly #ledgerFailures = this.#counter('ledger_failures_total', 'Transactions that failed', ['kind']);
  readonly #outstanding = this.#gauge('codes_outstanding', 'Vouchers that may still be typed');
  readonly #waiting = this.#gauge('requests_waiting', 'Requests reserved or paid and not issued');
  readonly #stations = this.#gauge('stations_active', 'Stations not retired');
  readonly #silent = this.#gauge('stations_silent', 'Stations that no report was heard of for a week');
  readonly #unexplained = this.#gauge(
    'vouchers_unexplained',
    'Closed vouchers that stations reported and the ledger did not sell: somebody has a key',
  );
  readonly #missing = this.#gauge('vouchers_missing', 'Closed vouchers that reports count and none listed');
  readonly #alarms = this.#gauge('alarms_unseen', 'Alarms that nobody has seen');

  // The library hashes labels at each call; for what every request counts the children are kept instead.
  readonly #answered = new Map<string, { inc(): void }>();
  readonly #timed = new Map<string, { observe(seconds: number): void }>();

  /** @param seconds absent when the request never reached a flow */
  answered(operation: string, status: number, seconds?: number): void {
    const key = `${operation}/${status}`;
    let child = this.#answered.get(key);
    if (!child) {
      child = this.#requests.labels(operation, String(status));
      this.#answered.set(key, child);
    }
    child.inc();
    if (seconds === undefined) return;
    let timer = this.#timed.get(operation);
    if (!timer) {
      timer = this.#requestSeconds.labels(operation);
      this.#timed.set(operation, timer);
    }
    timer.observe(seconds);
  }

  issued(kind: string): void {
    this.#issued.inc({ kind });
  }
  settled(): void {
    this.#settled.inc();
  }
  /** @param fresh vouchers whose end was not known before */
  reportHeard(fresh: number): void {
    this.#reports.inc();
    this.#ends.inc(fresh);
  }
  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  batch({ kind, calls, milliseconds, retries, failed }: BatchReport): void {
    this.#ledgerSeconds.observe({ kind }, milliseconds / 1000);
    this.#ledgerCalls.inc({ kind }, calls);
    if (retries > 0) this.#ledgerRetries.inc(retries);
    if (failed) this.#ledgerFailures.inc({ kind });
  }

  standing({ outstanding, waiting, stations, reports }: Statistics): void {
    if (outstanding !== null) this.#outstanding.set(outstanding);
    this.#waiting.set(waiting);
    this.#stations.set(stations.active);
    this.#silent.set(reports.silent);
    this.#missing.set(reports.missing);
    this.#unexplained.set(reports.unexplained);
    this.#alarms.set(reports.alarms);
  }

  /** Prometheus' text format, version 0.0.4. */
  text(): Promise<string> {
    if (!this.#process) {
      this.#process = true;
      collectDefaultMetrics({ register: this.#registry });
      this.#dropMisnamed();
    }
    return this.#registry.metrics();
  }

  /** `_total` is for counters; the library names gauges so, which promtool refuses. The same figures stand under other names. */
  #dropMisnamed(): void {
    for (const metric of this.#registry.getMetricsAsArray()) {
      if (metric instanceof Gauge && metric.name.endsWith('_total')) this.#registry.removeSingleMetric(metric.name);
    }
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.#registry] });
  }
  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: PREFIX + name, help, registers: [this.#registry] });
  }
}

export const cloudMetrics = new CloudMetrics();

// The cloud with the flow that TEST_FLOW names instead of the shipped one, under the path that TEST_ROOT names.
import settings from '../../../../flows/cloud/settings.ts';
import { run } from '../../../../flows/server/run.ts';

const nodeRed = { ...settings.nodeRed, httpNodeRoot: process.env.TEST_ROOT || settings.nodeRed.httpNodeRoot };
const running = await run('cloud', { ...settings, nodeRed, flowFile: process.env.TEST_FLOW! });
const stop = () => void running.stop().then(() => process.exit(0));
process.on('SIGTERM', stop);
process.on('disconnect', stop);
process.send?.({ ready: running.url });

// Answers the seven context variables; `null` stands for one that is not set.
import { returnResult } from '../../../examples/guest/assemblyscript/command';
import { quote } from '../../../examples/guest/assemblyscript/json';
import { readEnvironment } from '../../../examples/guest/assemblyscript/process';

export function _start(): void {
  const names = [
    'api_host',
    'api_key',
    'namespace',
    'action_name',
    'action_version',
    'activation_id',
    'deadline',
  ];
  let json = '{';
  for (let index = 0; index < names.length; index++) {
    const value = readEnvironment('__OW_' + names[index].toUpperCase());
    if (index > 0) json += ',';
    json += quote(names[index]) + ':' + (value === null ? 'null' : quote(value));
  }
  returnResult(json + '}');
}

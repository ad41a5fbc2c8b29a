/** An operator's rules as tables that a person reads. */
import type { Bundle } from '../bundle/read-rules.ts';
import type { FareLegRule, FareTransferRule } from '../core/fare/tariff.ts';
import { formatMoney } from '../core/money.ts';
import type { Row } from './inspect-rows.ts';
import { table } from './table-rows.ts';

export function showRows({ rules, feed }: Bundle): readonly Row[] {
  const { tariff } = rules;
  const [agency] = feed.agency;
  return [
    [{ text: `${agency?.agency_name}, rules ${rules.version}`, colour: 'bold' }],
    ...table(
      'Fare products',
      ['product', 'rider', 'medium', 'price'],
      tariff.products.map((product) => [
        product.id,
        product.riderCategory ?? 'everyone',
        product.fareMedia ?? 'any',
        formatMoney(product.price),
      ]),
    ),
    ...table(
      'Fares of a leg',
      ['group', 'network', 'from', 'to', 'boarding in', 'leaving in', 'product', 'priority'],
      tariff.legRules.map(legCells),
    ),
    ...table(
      'Transfers',
      ['from', 'to', 'how many', 'within', 'price'],
      tariff.transferRules.map(transferCells),
    ),
    ...table(
      'Bought before the ride',
      ['product', 'where and when'],
      [...tariff.prepaidProducts].map((product) => {
        const rules = tariff.legRules.filter((rule) => rule.product === product);
        return [product, rules.length === 0 ? 'everywhere, always' : rules.map(whereOf).join('; ')];
      }),
    ),
    ...table(
      'Routes',
      ['route', 'name', 'network'],
      feed.routes.map((route) => [
        route.route_id,
        route.route_long_name ?? route.route_short_name ?? '',
        tariff.networkOfRoute.get(route.route_id) ?? '–',
      ]),
    ),
    ...table(
      'Entering and leaving',
      ['network', 'taps', 'left at the same stop', 'forgotten exit', 'purse needs'],
      rules.policy.tapping.map((one) => [
        one.network ?? 'any',
        one.mode,
        ...(one.mode === 'enter'
          ? ['–', '–', '–']
          : [
              `${one.sameStopCharge} within ${one.sameStopExitMs / minuteMs} min`,
              `${one.forgottenCharge} after ${one.forgottenAfterMs / minuteMs} min`,
              formatMoney({ amount: one.minimumBalance, currency: rules.currency }),
            ]),
      ]),
    ),
    ...table(
      'Caps',
      ['cap', 'in', 'most', 'riders'],
      rules.policy.caps.map(({ id, period, amount, riderCategories }) => [
        id,
        period.kind === 'service-day' ? 'a service day' : `${period.ms / minuteMs} min`,
        formatMoney(amount),
        riderCategories === undefined ? 'everyone' : [...riderCategories].join(', '),
      ]),
    ),
    ...table(
      'Passback',
      ['medium', 'product', 'group', 'then blocked'],
      rules.policy.passback.map((one) => [
        one.fareMedia ?? 'any',
        one.product ?? 'any',
        one.groupMs === 0 ? 'no group' : `${one.groupRidersMax} riders in ${one.groupMs / 1_000} s`,
        `${one.blockMs / 1_000} s`,
      ]),
    ),
  ];
}

const minuteMs = 60_000;

function whereOf({ network, fromArea, toArea, fromTimeframes, toTimeframes }: FareLegRule): string {
  const words = [
    network !== undefined && `on ${network}`,
    fromArea !== undefined && `from ${fromArea}`,
    toArea !== undefined && `to ${toArea}`,
    fromTimeframes !== undefined && `boarding in ${fromTimeframes}`,
    toTimeframes !== undefined && `leaving in ${toTimeframes}`,
  ];
  return words.filter((word) => word !== false).join(' ') || 'everywhere, always';
}

function legCells(rule: FareLegRule): readonly string[] {
  const { legGroup, network, fromArea, toArea, product, priority } = rule;
  const { fromTimeframes, toTimeframes } = rule;
  const cells = [
    ...[legGroup, network, fromArea, toArea],
    ...[fromTimeframes, toTimeframes, product, priority],
  ];
  return cells.map((cell) => (cell === undefined ? '–' : String(cell)));
}

function transferCells(rule: FareTransferRule): readonly string[] {
  const { fromLegGroup = 'any', toLegGroup = 'any', count, duration, product, type } = rule;
  return [
    ...[fromLegGroup, toLegGroup],
    count === undefined || count === -1 ? 'any' : String(count),
    duration === undefined ? 'any time' : `${duration.seconds / 60} min, ${duration.between}`,
    `${product ?? 'free'} (${type})`,
  ];
}

// What the hour means at a kiosk: pure, the caller knows the clock.

/** Milliseconds between two heartbeats of a device. */
export const HEARTBEAT = 10 * 60 * 1000;

const NIGHT_FROM = 18;
const NIGHT_TO = 6;

/**
 * Tells whether the screen dims while nobody is at the device.
 * @param {number} hour of the day
 * @returns {boolean} whether it is night
 */
export function isNight(hour) {
  return hour >= NIGHT_FROM || hour < NIGHT_TO;
}

/**
 * Tells whether the campaign has not begun. The service's word, where it has said that the campaign is open, goes
 * before the device's clock, which may be wrong.
 * @param {{opened?: boolean, opens_at: string}} settings what the service told
 * @param {number} now the device's clock
 * @returns {boolean} whether it is too early for a visit
 */
export function isEarly(settings, now) {
  return !settings.opened && now < Date.parse(settings.opens_at);
}

/**
 * Every reason Halte can give for a decision: one table, so that type, database, wire, display and
 * documents use the same words. The number is for the telephone: 1xx accepted, 2xx refused,
 * 3xx try again. Codes and numbers are never given another meaning.
 */

interface ReasonEntry {
  readonly code: number;
  /** What the rider reads. */
  readonly id: string;
  readonly en: string;
}

const table = {
  'ticket-valid': { code: 100, id: 'Tiket berlaku', en: 'Ticket valid' },
  'risk-within-limits': { code: 101, id: 'Pembayaran diterima', en: 'Payment accepted' },

  'unknown-format': { code: 200, id: 'Kode tidak dikenal', en: 'Code not recognised' },
  'malformed-token': { code: 201, id: 'Kode rusak', en: 'Code is damaged' },
  'unknown-card': { code: 202, id: 'Kartu tidak dikenal', en: 'Card not recognised' },
  'unknown-key': { code: 210, id: 'Penerbit tiket tidak dikenal', en: 'Ticket issuer unknown' },
  'signature-invalid': { code: 211, id: 'Tiket tidak asli', en: 'Ticket is not genuine' },
  'token-expired': { code: 212, id: 'Tiket sudah kedaluwarsa', en: 'Ticket has expired' },
  'token-not-yet-valid': { code: 213, id: 'Tiket belum berlaku', en: 'Ticket not valid yet' },
  'token-denied': {
    code: 220,
    id: 'Tidak dapat dipakai, hubungi loket',
    en: 'Blocked, see the office',
  },
  'already-tapped': { code: 230, id: 'Sudah dipakai', en: 'Already used' },
  'risk-amount-exceeded': { code: 240, id: 'Batas luring tercapai', en: 'Offline limit reached' },
  'risk-count-exceeded': { code: 241, id: 'Batas luring tercapai', en: 'Offline limit reached' },
  'issuer-not-accepted': { code: 242, id: 'Dompet tidak diterima', en: 'Wallet not accepted' },
  'scheme-not-accepted': { code: 243, id: 'Jenis bayar tidak diterima', en: 'Scheme not accepted' },

  'frame-too-long': { code: 300, id: 'Coba lagi', en: 'Please try again' },
  'frame-incomplete': { code: 301, id: 'Coba lagi', en: 'Please try again' },
  'connect-failed': { code: 302, id: 'Tempelkan lagi', en: 'Please hold it again' },
  'card-gone': { code: 303, id: 'Tempelkan lebih lama', en: 'Please hold it longer' },
  'card-timeout': { code: 304, id: 'Tempelkan lagi', en: 'Please hold it again' },
  'card-answer-invalid': { code: 305, id: 'Tempelkan lagi', en: 'Please hold it again' },
  'out-of-service': { code: 390, id: 'Alat tidak berfungsi', en: 'Out of service' },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof table;

export const reasons: Readonly<Record<Reason, ReasonEntry>> = table;

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

  'pass-valid': { code: 102, id: 'Langganan berlaku', en: 'Pass valid' },
  'fare-debited': { code: 103, id: 'Pembayaran berhasil', en: 'Fare paid' },
  'card-listed': { code: 104, id: 'Kartu berlaku', en: 'Card valid' },
  'payment-authorised': { code: 105, id: 'Pembayaran disetujui', en: 'Payment approved' },
  'transfer-applied': { code: 106, id: 'Pindah bus', en: 'Transfer applied' },
  'entry-recorded': {
    code: 107,
    id: 'Selamat jalan: tap lagi saat turun',
    en: 'Welcome: tap again when you leave',
  },
  'exit-recorded': { code: 108, id: 'Terima kasih', en: 'Thank you' },
  'fail-open': { code: 109, id: 'Silakan naik', en: 'Please board' },
  'cap-reached': {
    code: 110,
    id: 'Batas tarif tercapai: gratis',
    en: 'Fare cap reached: no charge',
  },
  'free-ride': { code: 111, id: 'Gratis', en: 'No charge' },

  'unknown-format': { code: 200, id: 'Kode tidak dikenal', en: 'Code not recognised' },
  'malformed-token': { code: 201, id: 'Kode rusak', en: 'Code is damaged' },
  'unknown-card': { code: 202, id: 'Kartu tidak dikenal', en: 'Card not recognised' },
  'merchant-code': {
    code: 203,
    id: 'Ini QR toko: tunjukkan QR bayar Anda',
    en: 'This is a shop’s QR: show yours',
  },
  'open-your-app': {
    code: 204,
    id: 'Buka aplikasi tiket Anda',
    en: 'Open your ticket app',
  },
  'unknown-key': { code: 210, id: 'Penerbit tiket tidak dikenal', en: 'Ticket issuer unknown' },
  'signature-invalid': { code: 211, id: 'Tiket tidak asli', en: 'Ticket is not genuine' },
  'token-expired': { code: 212, id: 'Tiket sudah kedaluwarsa', en: 'Ticket has expired' },
  'token-not-yet-valid': { code: 213, id: 'Tiket belum berlaku', en: 'Ticket not valid yet' },
  'holder-proof-missing': {
    code: 214,
    id: 'Tunjukkan tiket di aplikasi',
    en: 'Show the ticket in your app',
  },
  'holder-proof-stale': {
    code: 215,
    id: 'Kode lama: buka ulang tiket di aplikasi',
    en: 'Old code: reopen the ticket in your app',
  },
  'holder-proof-invalid': { code: 216, id: 'Tiket tidak asli', en: 'Ticket is not genuine' },
  'card-not-genuine': { code: 217, id: 'Kartu tidak asli', en: 'Card is not genuine' },
  'not-valid-today': { code: 218, id: 'Tidak berlaku hari ini', en: 'Not valid today' },
  'not-valid-here': { code: 219, id: 'Tidak berlaku di rute ini', en: 'Not valid on this route' },
  'ticket-revoked': { code: 221, id: 'Tiket sudah dibatalkan', en: 'Ticket was cancelled' },
  'ticket-blocked': {
    code: 222,
    id: 'Tiket diblokir, hubungi loket',
    en: 'Ticket blocked, see the office',
  },
  'card-not-listed': { code: 223, id: 'Kartu belum terdaftar', en: 'Card is not registered' },
  'product-not-accepted': {
    code: 224,
    id: 'Tiket bukan untuk pintu ini',
    en: 'Ticket is not for this entrance',
  },
  'token-denied': {
    code: 220,
    id: 'Tidak dapat dipakai, hubungi loket',
    en: 'Blocked, see the office',
  },
  'no-fare-here': {
    code: 225,
    id: 'Tidak ada tarif di sini, hubungi petugas',
    en: 'No fare here, see the crew',
  },
  'debt-open': {
    code: 226,
    id: 'Ada tunggakan, hubungi loket',
    en: 'Payment overdue, see the office',
  },
  'already-tapped': { code: 230, id: 'Sudah dipakai', en: 'Already used' },
  'rides-used-up': { code: 231, id: 'Semua perjalanan sudah terpakai', en: 'All rides are used' },
  'balance-too-low': { code: 232, id: 'Saldo tidak cukup', en: 'Balance too low' },
  'risk-amount-exceeded': { code: 240, id: 'Batas luring tercapai', en: 'Offline limit reached' },
  'risk-count-exceeded': { code: 241, id: 'Batas luring tercapai', en: 'Offline limit reached' },
  'issuer-not-accepted': { code: 242, id: 'Dompet tidak diterima', en: 'Wallet not accepted' },
  'scheme-not-accepted': { code: 243, id: 'Jenis bayar tidak diterima', en: 'Scheme not accepted' },

  'payment-declined': { code: 244, id: 'Pembayaran ditolak', en: 'Payment declined' },
  'payment-needs-link': {
    code: 245,
    id: 'Tanpa sinyal: bayar cara lain',
    en: 'No signal: pay another way',
  },
  'risk-data-stale': {
    code: 246,
    id: 'Tanpa sinyal: bayar cara lain',
    en: 'No signal: pay another way',
  },
  'risk-first-ride': {
    code: 247,
    id: 'Tanpa sinyal: bayar cara lain',
    en: 'No signal: pay another way',
  },

  'frame-too-long': { code: 300, id: 'Coba lagi', en: 'Please try again' },
  'frame-incomplete': { code: 301, id: 'Coba lagi', en: 'Please try again' },
  'connect-failed': { code: 302, id: 'Tempelkan lagi', en: 'Please hold it again' },
  'card-gone': { code: 303, id: 'Tempelkan lebih lama', en: 'Please hold it longer' },
  'card-timeout': { code: 304, id: 'Tempelkan lagi', en: 'Please hold it again' },
  'card-answer-invalid': { code: 305, id: 'Tempelkan lagi', en: 'Please hold it again' },
  'card-collision': { code: 306, id: 'Satu kartu saja', en: 'One card at a time' },
  'card-key-missing': {
    code: 391,
    id: 'Kartu tidak dapat dibaca di sini',
    en: 'Cards cannot be read here',
  },
  'card-declined': { code: 308, id: 'Kartu menolak, coba lagi', en: 'Card declined, try again' },
  'clock-untrusted': { code: 392, id: 'Alat belum siap', en: 'Not ready yet' },
  'storage-full': { code: 393, id: 'Alat tidak berfungsi', en: 'Out of service' },
  'out-of-service': { code: 390, id: 'Alat tidak berfungsi', en: 'Out of service' },
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof table;

export const reasons: Readonly<Record<Reason, ReasonEntry>> = table;

/**
 * Issuers of QRIS by the eight digits of their National Numbering System prefix, for showing them:
 * wallets, and banks whose riders are met in Semarang. Whose codes are accepted is a matter of the
 * rules. Source: astrapay/spring-qris (MIT), QrisNationalNumberingSystem.java.
 */
export const walletNames: ReadonlyMap<string, string> = new Map([
  ['93600002', 'BRI'],
  ['93600008', 'Bank Mandiri'],
  ['93600009', 'BNI'],
  ['93600014', 'BCA'],
  ['93600022', 'CIMB Niaga'],
  ['93600110', 'Bank BJB'],
  ['93600111', 'Bank DKI'],
  ['93600112', 'Bank BPD DIY'],
  ['93600113', 'Bank Jateng'],
  ['93600114', 'Bank Jatim'],
  ['93600200', 'BTN'],
  ['93600503', 'Bank Nobu'],
  ['93600535', 'SeaBank'],
  ['93600542', 'Bank Jago'],
  ['93600777', 'Finpay'],
  ['93600822', 'AstraPay'],
  ['93600899', 'DOKU'],
  ['93600911', 'LinkAja'],
  ['93600912', 'OVO'],
  ['93600914', 'GoPay'],
  ['93600915', 'DANA'],
  ['93600918', 'ShopeePay'],
  ['93600920', 'i.saku'],
]);

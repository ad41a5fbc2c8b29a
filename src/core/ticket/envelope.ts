/**
 * What stands around the claims of a Halte ticket, for whoever issues one and whoever reads one: how
 * its QR text begins, and what its signature is for.
 */

/** Begins the QR text; every character is in the QR alphanumeric set. */
export const halteTicketBeginning = 'HALTE1:';

/** What the signature is for: external_aad of the COSE structure. */
export const ticketContext = 'halte/ticket/1';

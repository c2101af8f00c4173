package org.example.parcel.tracking;

/** One parcel seen by one scanner, as read from `parcel.scans`. */
record Scan(String scanId, String parcelId, String hub, long scannedAt) {}

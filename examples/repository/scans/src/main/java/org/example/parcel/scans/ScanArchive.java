package org.example.parcel.scans;

import java.util.List;

/** The archive's table of scans. */
public interface ScanArchive {

    /** Stores the scans in one transaction; a scan that is already there is replaced. */
    void upsertAll(List<Scan> scans);
}

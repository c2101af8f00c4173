package org.example.parcel.delays;

/** One parcel seen by one scanner. A POJO for Flink: public fields and an empty constructor. */
public class Scan {

    public String scanId;
    public String parcelId;
    public String hub;
    public long scannedAt;

    public Scan() {}
}

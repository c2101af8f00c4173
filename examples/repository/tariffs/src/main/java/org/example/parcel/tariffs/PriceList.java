package org.example.parcel.tariffs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Prices by zone; plain collections, no streaming. */
public final class PriceList {

    private final List<Price> prices;

    public PriceList(List<Price> prices) {
        this.prices = List.copyOf(prices);
    }

    public Map<String, List<Price>> byZone() {
        Map<String, List<Price>> zones = new HashMap<>();
        for (Price price : prices) {
            if (price.cents() > 0) {
                zones.computeIfAbsent(price.zone(), zone -> new ArrayList<>()).add(price);
            }
        }
        return zones;
    }

    public void publishTo(Consumer<Price> consumer) {
        for (Price price : prices) {
            consumer.accept(price);
        }
    }

    public record Price(String zone, int grams, int cents) {}
}

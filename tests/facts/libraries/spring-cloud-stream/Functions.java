package shop;

import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.cloud.stream.function.StreamBridge;
import org.springframework.context.annotation.Bean;
import reactor.core.publisher.Flux;

class Functions {
  private final StreamBridge streamBridge;

  @Bean
  public Consumer<Order> orders() {
    return order -> {
      service.place(order);
      streamBridge.send("placed-out-0", order);
    };
  }

  @Bean
  public Function<Flux<Order>, Flux<Total>> totals() {
    return flux -> flux.map(order -> service.total(order));
  }

  public Consumer<Order> noBean() {
    return order -> service.place(order);
  }
}

package org.example.cards

import java.time.Duration
import org.apache.flink.api.common.state.MapStateDescriptor
import org.apache.flink.api.common.state.StateTtlConfig
import org.apache.flink.cep.CEP
import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy
import org.apache.flink.cep.pattern.Pattern
import org.apache.flink.streaming.api.datastream.DataStream
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment

class Frauds(private val limit: Int) {
    private val soon = Duration.ofMinutes(10)

    fun run() {
        val env = StreamExecutionEnvironment.getExecutionEnvironment()
        env.checkpointConfig.checkpointTimeout = 120_000
        env.checkpointConfig.setTolerableCheckpointFailureNumber(0)
        env.parallelism = 2
        val cards: DataStream<Card> = env.fromSource(cards(), marks(), "cards").uid("cards-${System.currentTimeMillis()}")
        val matches = CEP.pattern(cards.keyBy { it.account }, twice(), ByTime())
            .inProcessingTime()
            .sideOutputLateData(LATE)
            .process(Alarm())
        CEP.pattern(cards, Pattern.begin<Card>("only").oneOrMore().greedy().until { it.closed })
            .select { it }
        matches.rebalance().print()
        env.execute("frauds")
    }

    private fun twice(): Pattern<Card, *> {
        return Pattern.begin<Card>("small", AfterMatchSkipStrategy.skipToFirst("large").throwExceptionOnMiss())
            .where(Small())
            .times(2, 4).consecutive()
            .notFollowedBy("closed")
            .followedBy(LARGE).optional()
            .followedByAny("any").timesOrMore(limit)
            .within(soon)
    }

    companion object {
        const val LARGE = "large"
    }
}

class Alarm : PatternProcessFunction<Card, String>(), TimedOutPartialMatchHandler<Card> {
    private val seen = MapStateDescriptor("seen", String::class.java, Long::class.java).apply {
        enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofHours(6)).cleanupInRocksdbCompactFilter(1000).build())
    }
}

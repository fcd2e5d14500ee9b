// Payments: waiting for one, taking a request back before it is paid, and money that comes for one that is over.
(() => {
  const charge = window.Charge;
  const { say, announce, focus, calls, keep, state, draw } = charge;

  /**
   * @param receive shows the code of an answer
   * @param dropOrder forgets the order under way
   */
  charge.payments = (receive, dropOrder) => {
    /** A cloud that takes payments first answers with a reservation: the code comes when it is paid. */
    const awaitPayment = (reservation) => {
      state.payment = reservation;
      const pending = keep.pending();
      if (pending) keep.setPending(Object.assign({}, pending, { reservation }));
      draw();
      focus('payment-title');
      const lookAgain = () => setTimeout(look, 3000);
      const look = () => {
        if (state.payment !== reservation) return;
        calls.request(reservation.id).then(
          (answer) => {
            if (state.payment !== reservation) return;
            const status = answer.body.status;
            if (answer.body.code) {
              watch(reservation, { issued: true });
              receive(answer);
            } else if (status === 'lapsed' || status === 'cancelled') over({ status: 410, type: status });
            else lookAgain();
          },
          (refusal) => (charge.meaning(refusal, 'payment').again ? lookAgain() : over(refusal))
        );
      };
      const over = (refusal) => {
        watch(reservation, { told: true });
        dropOrder();
        state.problem = { about: 'payment', refusal };
        draw();
        focus('problem-title');
        lookAfter();
      };
      look();
    };

    // --- Money that may come for a request that is over ---

    const watch = (reservation, more) => keep.watch(Object.assign({ id: reservation.id, at: Date.now() }, more));

    /** The customer does not want it any more: the cloud is told, now or when there is signal, and takes no payment. */
    const cancelOrder = () => {
      const reservation = state.payment;
      dropOrder();
      if (!reservation) return;
      watch(reservation, { told: false, reservation });
      lookAfter();
    };

    const tellCancelled = (entry) =>
      calls.cancel(entry.id).then(
        () => keep.watch(Object.assign({}, entry, { told: true, reservation: undefined })),
        (refusal) => {
          // Paid before it was cancelled: the code is theirs.
          if (refusal.status === 409) keep.watch(Object.assign({}, entry, { told: true, wanted: true }));
          else if (!charge.meaning(refusal, 'payment').again) keep.watch(Object.assign({}, entry, { told: true }));
        }
      );

    const lookAfter = () => {
      keep.watched().forEach((entry) => {
        const told = entry.told === false ? tellCancelled(entry) : Promise.resolve();
        told
          .then(() => calls.request(entry.id))
          .then(
            (answer) => {
              const known = keep.watched().filter((other) => other.id === entry.id)[0];
              if (!known) return;
              if (answer.body.code && !known.issued) {
                keep.watch(Object.assign({}, known, { issued: true }));
                receive(answer);
                return;
              }
              const refunds = answer.body.refunds;
              const code = keep.find(entry.id);
              if (refunds && code && JSON.stringify(refunds) !== JSON.stringify(code.refunds)) {
                keep.keep({ id: code.id, refunds });
                draw();
              }
              const strays = answer.body.paidWithoutCode;
              if (!strays || JSON.stringify(strays) === JSON.stringify(known.strays)) return;
              keep.watch(Object.assign({}, known, { strays, closed: false }));
              draw();
              announce(say('strayTitle'));
            },
            () => {
              // No signal, or the cloud is away: asked again later.
            }
          );
      });
    };

    return { awaitPayment, cancelOrder, lookAfter };
  };
})();

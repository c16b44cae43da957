// Asks before what cannot be undone: a form with data-confirm is sent only after a yes in a dialog that says what will happen.
let agreed = null;

export function confirmFirst(event) {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  const dialog = document.getElementById("confirm");
  if (!question || !dialog || agreed === form) {
    agreed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(dialog, question, event.submitter?.textContent.trim() ?? "", () => {
    agreed = form;
    form.requestSubmit(event.submitter);
  });
}

function ask(dialog, question, label, yes) {
  dialog.querySelector("p").textContent = question;
  const button = dialog.querySelector("[data-yes]");
  button.textContent = label;
  button.onclick = () => {
    dialog.close();
    yes();
  };
  dialog.showModal();
}

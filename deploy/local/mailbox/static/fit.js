// Makes the frame as tall as the mail in it, so that one scrolls the page and not a hole in it.
const frame = document.querySelector("iframe");
const fit = () => { frame.style.height = `${frame.contentDocument.documentElement.scrollHeight}px`; };
frame.addEventListener("load", fit);
window.addEventListener("resize", fit);
if (frame.contentDocument?.readyState === "complete") fit();
